"""A department whose system works on staging tables: a program of its own reads what the platform wrote there, and
writes acts beside it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

import asyncpg
from sqlalchemy import bindparam, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from lianban_sandbox.callbacks import Report
from lianban_sandbox.departments import rows
from lianban_sandbox.departments.answers import Act
from lianban_sandbox.departments.messages import Messages
from lianban_sandbox.departments.ways import report_of
from lianban_sandbox.web import Refused

_LOOK: Final = 0.2  # seconds between two looks at the tables
_PAUSE: Final = 2.0  # seconds after the database failed
_BATCH: Final = 100

_NEW: Final = text("SELECT * FROM lb_task WHERE is_sync = 0 ORDER BY id LIMIT :number")
_MATERIALS: Final = text(
    "SELECT material_code, material_name, file_name, media_type, file_digest FROM lb_task_material"
    " WHERE cd_batch = :batch ORDER BY id"
)
_TAKEN: Final = text("UPDATE lb_task SET is_sync = :sync, sync_time = CURRENT_TIMESTAMP WHERE id = :id")
_SETTLED: Final = text(
    "SELECT act_id, sync_status, sync_code FROM lb_act WHERE is_sync <> 0 AND act_id IN :ids"
).bindparams(bindparam("ids", expanding=True))
_FAILURES: Final = (SQLAlchemyError, asyncpg.PostgresError, OSError)

_log = logging.getLogger(__name__)


class TableSystem:
    """Is also the way its acts go."""

    kind = "staging"

    def __init__(self, department: str, engine: AsyncEngine) -> None:
        self._department = department
        self._engine = engine
        self._waiting: dict[str, asyncio.Future[Report]] = {}
        self._taking: dict[str, asyncio.Task[None]] = {}
        """By task id: what is told of one task is taken in its order."""

    async def deliver(self, act: Act) -> Report:
        settled: asyncio.Future[Report] = asyncio.get_running_loop().create_future()
        await self._until_possible(act)
        self._waiting[act["act_id"]] = settled
        try:
            return await settled
        finally:
            del self._waiting[act["act_id"]]

    async def run(self, messages: Messages) -> None:
        while True:
            pause = _LOOK
            try:
                await self._take_new(messages)
                await self._look_for_receipts()
            except _FAILURES as error:
                _log.warning(
                    "tables out of reach", extra={"department": self._department, "error": type(error).__name__}
                )
                pause = _PAUSE
            await asyncio.sleep(pause)

    async def close(self) -> None:
        for task in self._taking.values():
            task.cancel()
        await asyncio.gather(*self._taking.values(), return_exceptions=True)
        await self._engine.dispose()

    async def _take_new(self, messages: Messages) -> None:
        async with self._engine.connect() as connection:
            found = [dict(row) for row in (await connection.execute(_NEW, {"number": _BATCH})).mappings()]
        for row in found:
            task_id = row["task_id"]
            if task_id not in self._taking:
                self._taking[task_id] = asyncio.create_task(self._take(messages, row))

    async def _take(self, messages: Messages, row: dict[str, Any]) -> None:
        try:
            sync = await self._read(messages, row)
            if sync is not None:
                async with self._engine.begin() as connection:
                    await connection.execute(_TAKEN, {"id": row["id"], "sync": sync})
        except _FAILURES as error:
            self._warn("task not taken", error)
        finally:
            del self._taking[row["task_id"]]

    async def _read(self, messages: Messages, row: dict[str, Any]) -> int | None:
        """The row's new ``is_sync``. None: what a department that is down does not take stays where it is."""
        async with self._engine.connect() as connection:
            found = await connection.execute(_MATERIALS, {"batch": row["cd_batch"]})
            materials = [dict(material) for material in found.mappings()]
        try:
            message = rows.message(row, materials)
            await messages.receive(self._department, row["cd_batch"], message, self.kind)
        except Refused as refused:
            return None if refused.status_code >= 500 else 9
        return 1

    def _warn(self, what: str, error: Exception) -> None:
        _log.warning(what, extra={"department": self._department, "error": type(error).__name__})

    async def _look_for_receipts(self) -> None:
        if not self._waiting:
            return
        async with self._engine.connect() as connection:
            found = (await connection.execute(_SETTLED, {"ids": list(self._waiting)})).all()
        for act_id, status, code in found:
            if act_id in self._waiting and not self._waiting[act_id].done():
                self._waiting[act_id].set_result(report_of(status, code))

    async def _until_possible(self, act: Act) -> None:
        """The act with its results, in one transaction; an act that is there already is not written again."""
        while True:
            try:
                async with self._engine.begin() as connection:
                    known = text("SELECT count(*) FROM lb_act WHERE act_id = :act_id")
                    if await connection.scalar(known, {"act_id": act["act_id"]}) == 0:
                        for table, values in rows.of_act(act):
                            names = ", ".join(values)
                            places = ", ".join(f":{name}" for name in values)
                            await connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)
                return
            except _FAILURES as error:
                self._warn("act not written", error)
                await asyncio.sleep(_PAUSE)
