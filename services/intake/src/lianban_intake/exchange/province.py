"""Writing to the province's staging tables, and reading what stands there. It is their database: few connections, short
transactions, plain statements that PostgreSQL and MySQL both take."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Row, Table, bindparam, select, tuple_, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from lianban_intake.exchange.records import Record, local
from lianban_intake.exchange.staging import TABLES, WITHDRAWN

EXCHANGE_URL: Final = r"^$|^(postgresql\+asyncpg|mysql\+asyncmy)://[^/]+/[^/?]+"

_CONNECTIONS: Final = 2
_SECONDS: Final = 30  # for a transaction: what hangs is given up
_KEYS: Final = 200  # rows looked up by one statement
_NOT_IN_CHARACTER_SET: Final = 1366  # which MySQL reports like a lost connection
_STRICT: Final = "SET SESSION sql_mode = 'TRADITIONAL'"  # MySQL would else cut what does not fit, and say nothing
_NEW, _CHANGED = "I", "U"

Key = tuple[str, int]
"""Case number and number within the case."""


@dataclass(frozen=True)
class Standing:
    """A row as it stands there. ``withdrawn``: it is marked as no longer valid."""

    withdrawn: bool
    values: Mapping[str, Any] = field(repr=False)

    def differing(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Names of the columns that do not say what they should."""
        return tuple(name for name, value in values.items() if self.values[name] != value)


def open_engine(url: str) -> AsyncEngine:
    """Parameters are hidden in errors and logs: they are what citizens typed in."""
    given = make_url(url)
    if given.get_backend_name() == "mysql":
        given = given.update_query_dict({"charset": "utf8mb4"})
        arguments: dict[str, Any] = {"connect_timeout": 10, "init_command": _STRICT}
    else:
        arguments = {"timeout": 10, "command_timeout": _SECONDS}
    return create_async_engine(
        given, pool_size=_CONNECTIONS, max_overflow=0, pool_pre_ping=True, hide_parameters=True, connect_args=arguments
    )


class Province:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def write(self, records: Mapping[str, Sequence[Record]]) -> int:
        """Records by case, in one transaction; number of rows that were not there as they are now. Writing again
        changes nothing: not even whether a row has been taken over."""
        async with asyncio.timeout(_SECONDS), self._engine.begin() as connection:
            stamp = _stamp()
            return sum(
                [
                    await _write(connection, table, chunk, stamp)
                    for table in TABLES
                    for chunk in _chunks(
                        ((case_no, each.seq), each.values)
                        for case_no, own in records.items()
                        for each in own
                        if each.table is table
                    )
                ]
            )

    async def withdraw(self, table: Table, keys: Iterable[Key]) -> None:
        """Marks rows as no longer valid, for their readers to take over; nothing is deleted here."""
        found = [{"of_project_no": case_no, "of_seq": seq, **_stamp(WITHDRAWN)} for case_no, seq in keys]
        async with asyncio.timeout(_SECONDS), self._engine.begin() as connection:
            await connection.execute(_row_update(table), found)

    async def standing(self, case_nos: Collection[str]) -> dict[str, dict[tuple[str, int], Standing]]:
        """Every row of those cases, by case, table and number."""
        found: dict[str, dict[tuple[str, int], Standing]] = {}
        async with asyncio.timeout(_SECONDS), self._engine.connect() as connection:
            for table in TABLES:
                for row in await connection.execute(select(table).where(table.c.project_no.in_(list(case_nos)))):
                    found.setdefault(row.project_no, {})[table.name, row.seq] = _standing(row)
        return found

    async def page_since(self, table: Table, since: datetime, after: str, limit: int) -> list[str]:
        """Cases with a valid row written since then, in order."""
        query = (
            select(table.c.project_no)
            .distinct()
            .where(table.c.cd_time >= local(since), table.c.cd_operation != WITHDRAWN, table.c.project_no > after)
            .order_by(table.c.project_no)
            .limit(limit)
        )
        async with asyncio.timeout(_SECONDS), self._engine.connect() as connection:
            return list((await connection.execute(query)).scalars())


def is_of_the_data(error: Exception) -> bool:
    """Whether it may be what was written that the database does not take, and not that it is away."""
    if isinstance(error, OperationalError | InterfaceError):
        return error.orig is not None and error.orig.args[:1] == (_NOT_IN_CHARACTER_SET,)
    return isinstance(error, DBAPIError) and not error.connection_invalidated


async def _write(connection: AsyncConnection, table: Table, rows: Mapping[Key, Mapping[str, Any]], stamp: Any) -> int:
    query = select(table).where(tuple_(table.c.project_no, table.c.seq).in_(list(rows)))
    there = {(row.project_no, row.seq): _standing(row) for row in await connection.execute(query)}
    new = [
        {"project_no": case_no, "seq": seq, **values, **stamp, "cd_operation": _NEW}
        for (case_no, seq), values in rows.items()
        if (case_no, seq) not in there
    ]
    changed = [
        {"of_project_no": case_no, "of_seq": seq, **values, **stamp, "cd_operation": _CHANGED}
        for (case_no, seq), values in rows.items()
        if (found := there.get((case_no, seq))) and (found.withdrawn or found.differing(values))
    ]
    if new:
        await connection.execute(table.insert(), new)
    if changed:
        await connection.execute(_row_update(table), changed)
    return len(new) + len(changed)


def _row_update(table: Table) -> Any:
    """Of one row; columns are those of the parameters."""
    return update(table).where(table.c.project_no == bindparam("of_project_no"), table.c.seq == bindparam("of_seq"))


def _standing(row: Row[Any]) -> Standing:
    return Standing(row.cd_operation == WITHDRAWN, dict(row._mapping))


def _stamp(operation: str = _NEW) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "cd_operation": operation,
        "cd_batch": now.strftime("%Y%m%d%H%M%S%f"),
        "cd_time": local(now),
        "is_sync": 0,
    }


def _chunks(rows: Iterable[tuple[Key, Mapping[str, Any]]]) -> Iterator[dict[Key, Mapping[str, Any]]]:
    remaining = iter(rows)
    while chunk := dict(islice(remaining, _KEYS)):
        yield chunk
