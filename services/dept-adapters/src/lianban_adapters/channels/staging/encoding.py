"""Which columns of a row are not UTF-8. A PostgreSQL database that checks no encoding (SQL_ASCII) may hold anything;
its server then refuses the whole row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Select, String, Table, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban.platform.encodings import NOT_UTF8, encoding_fault
from lianban.platform.problems import FieldError
from lianban_adapters.channels.incoming.port import Unusable
from lianban_adapters.channels.staging.acts import pointer_of
from lianban_adapters.channels.staging.tables import ACT, ACT_RESULT

_TEXTS: Final[Mapping[Table, Sequence[str]]] = {
    table: tuple(column.name for column in table.c if isinstance(column.type, String)) for table in (ACT, ACT_RESULT)
}


async def wrongly_encoded(connection: AsyncConnection, row: int) -> Unusable:
    """Looks at the bytes of every text."""
    faults = [*_faults((await connection.execute(_bytes(ACT).where(ACT.c.id == row))).mappings().one())]
    results = _bytes(ACT_RESULT).join(ACT, ACT.c.act_id == ACT_RESULT.c.act_id).where(ACT.c.id == row)
    for number, result in enumerate((await connection.execute(results.order_by(ACT_RESULT.c.id))).mappings()):
        faults += _faults(result, number)
    return Unusable(faults or [FieldError("", "encoding", NOT_UTF8)])


def _bytes(table: Table) -> Select[Any]:
    """As they are: "converted" into no encoding at all."""
    return select(*(func.convert_to(table.c[name], literal("SQL_ASCII")).label(name) for name in _TEXTS[table]))


def _faults(row: Mapping[Any, bytes | None], number: int | None = None) -> Iterator[FieldError]:
    for column, content in row.items():
        try:
            (content or b"").decode()
        except UnicodeDecodeError as error:
            yield FieldError(pointer_of(column, number), "encoding", encoding_fault(error.object))
