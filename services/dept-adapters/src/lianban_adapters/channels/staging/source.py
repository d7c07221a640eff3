"""Reads acts from a department's staging tables: ``is_sync`` 0 is to be read, 1 is ours, 9 is to be mended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, bindparam, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban.platform.problems import FieldError
from lianban_adapters.channels.incoming.port import Batch, Found, Receipt, Status, unusable
from lianban_adapters.channels.incoming.texts import described
from lianban_adapters.channels.responses import MAX_ANSWER
from lianban_adapters.channels.staging.acts import act_of, place
from lianban_adapters.channels.staging.database import StagingDatabase, does_not_fit, now
from lianban_adapters.channels.staging.encoding import wrongly_encoded
from lianban_adapters.channels.staging.tables import ACT, ACT_RESULT, MAX_DESCRIPTION, Sync

MAX_TEXT: Final = 1024 * 1024
"""Bytes of all an act says beside its files."""

_ID: Final = bindparam("of_row", type_=BigInteger)
_WRITTEN: Final = ("is_sync", "sync_time", "sync_status", "sync_code", "sync_desc")
_TEXTS: Final = (ACT.c.handle_explain, ACT.c.legal_basis, ACT.c.remedy, ACT.c.special_result, ACT.c.act_content)

# Built once, for they run every few seconds as long as the service does.
_LIST: Final = (
    select(ACT.c.id)
    .where(ACT.c.is_sync == Sync.NEW, ACT.c.id > bindparam("after", type_=BigInteger))
    .order_by(ACT.c.id)
    .limit(bindparam("number", type_=BigInteger))
)
# Numbers only: whatever stands in the row, they can be read, and nothing large is fetched to be thrown away.
_SIZES: Final = select(
    func.octet_length(func.concat(*(func.coalesce(column, "") for column in _TEXTS))),
    select(func.coalesce(func.sum(func.octet_length(ACT_RESULT.c.file_content)), 0))
    .where(ACT_RESULT.c.act_id == ACT.c.act_id)
    .scalar_subquery(),
).where(ACT.c.id == _ID)
_READ: Final = select(ACT).where(ACT.c.id == _ID)
_RESULTS: Final = (
    select(ACT_RESULT).join(ACT, ACT.c.act_id == ACT_RESULT.c.act_id).where(ACT.c.id == _ID).order_by(ACT_RESULT.c.id)
)
_SETTLE: Final = (
    update(ACT)
    .where(ACT.c.id == _ID, ACT.c.is_sync == Sync.NEW)
    .values({name: bindparam(f"new_{name}") for name in _WRITTEN})
)


class StagingSource:
    def __init__(self, database: StagingDatabase, batch: int) -> None:
        self._database = database
        self._batch = batch

    async def fetch(self, after: str | None) -> Batch:
        async with self._database.statements() as connection:
            named = {"after": int(after or 0), "number": self._batch}
            keys = [str(row) for row in await connection.scalars(_LIST, named)]
        return Batch(keys, keys[-1] if len(keys) == self._batch else None)

    async def read(self, key: str) -> Found:
        named = {"of_row": int(key)}
        async with self._database.statements() as connection:
            await _check_sizes(connection, named)
            try:
                row = (await connection.execute(_READ, named)).one()
                results = (await connection.execute(_RESULTS, named)).all()
            except DBAPIError as error:
                if not does_not_fit(error):
                    raise
                raise await wrongly_encoded(connection, int(key)) from None
        return act_of(row._asdict(), [result._asdict() for result in results])

    async def acknowledge(self, key: str, receipt: Receipt) -> None:
        detail = receipt.detail[:MAX_DESCRIPTION] if receipt.detail else None
        await self._settle(key, Sync.DONE, receipt.status, receipt.problem, detail)

    async def quarantine(self, key: str, faults: Sequence[FieldError]) -> None:
        text = described(faults, MAX_DESCRIPTION, place)
        await self._settle(key, Sync.QUARANTINED, Status.QUARANTINED, "invalid-act", text)

    async def _settle(self, key: str, sync: Sync, status: Status, code: str | None, text: str | None) -> None:
        written = {"is_sync": sync, "sync_time": now(), "sync_status": status, "sync_code": code, "sync_desc": text}
        async with self._database.statements() as connection:
            await connection.execute(
                _SETTLE, {"of_row": int(key), **{f"new_{name}": value for name, value in written.items()}}
            )


async def _check_sizes(connection: AsyncConnection, named: dict[str, Any]) -> None:
    sizes = (await connection.execute(_SIZES, named)).one_or_none()
    if sizes is None:
        raise unusable("gone", "该行已被删除")
    text, files = (int(size) for size in sizes)
    if text > MAX_TEXT:
        raise unusable("too-large", f"文字合计不得超过 {MAX_TEXT // (1024 * 1024)} MiB")
    if files > MAX_ANSWER:
        raise unusable("too-large", f"办理结果文件合计不得超过 {MAX_ANSWER // (1024 * 1024)} MiB", "/results")
