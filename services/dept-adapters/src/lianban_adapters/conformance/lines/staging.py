"""A department that works on staging tables: tasks are written into its database, acts read there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Final

from sqlalchemy import select

from lianban.contracts.orders import TaskOrder, TaskSupplement
from lianban_adapters.channels.incoming.port import Found
from lianban_adapters.channels.port import Rejected, Unavailable
from lianban_adapters.channels.staging.channel import StagingChannel
from lianban_adapters.channels.staging.database import StagingDatabase
from lianban_adapters.channels.staging.source import StagingSource
from lianban_adapters.channels.staging.tables import ACT, TASK, Sync
from lianban_adapters.conformance.evidence import Answered, Cause, Evidence, Play, Reply
from lianban_adapters.conformance.lines.fetching import Fetcher
from lianban_adapters.conformance.lines.port import Message
from lianban_adapters.conformance.reaching import not_taken, of_database
from lianban_adapters.dossiers.models import Dossier

_LOOK: Final = 0.3  # seconds between two looks at a row
_LOOKED_AT: Final = select(TASK.c.is_sync, TASK.c.sync_time)
_WRITTEN_AT: Final = select(ACT.c.cd_time)


class StampedSource(StagingSource):
    """Notes when acts of this run say they were written. ``ours``: whether a task is of this run."""

    def __init__(
        self, database: StagingDatabase, batch: int, ours: Callable[[object], bool], evidence: Evidence
    ) -> None:
        super().__init__(database, batch)
        self._rows = database
        self._ours = ours
        self._noting = evidence

    async def read(self, key: str) -> Found:
        found = await super().read(key)
        if self._ours(found.act.get("task_id")):
            async with self._rows.statements() as connection:
                written = await connection.scalar(_WRITTEN_AT.where(ACT.c.id == int(key)))
            if written is not None:
                self._noting.stamped("lb_act.cd_time", written)
        return found


class StagingLine:
    """``patience``: seconds for the department to take a row."""

    forgeries: Collection[Play] = ()
    omits: Collection[Play] = (Play.TYPE, Play.FIELDS, Play.DAMAGED, Play.PAGED)
    pages = None

    def __init__(
        self, database: StagingDatabase, channel: StagingChannel, fetcher: Fetcher, patience: float, evidence: Evidence
    ) -> None:
        self._database = database
        self._channel = channel
        self._fetcher = fetcher
        self._patience = patience
        self._evidence = evidence

    async def deliver(self, message: Message, forgery: Play | None = None) -> Answered:
        try:
            await self._write(message)
            return await self._taken(message.id)
        except Rejected as rejected:
            return Answered(Reply.REJECTED, rejected.reason, advice="按建表脚本建表，字符集用 UTF-8（utf8mb4）")
        except Unavailable as unavailable:
            cause = of_database(unavailable.__context__) or Cause(unavailable.reason, "看数据库自己的日志")
            return Answered(Reply.UNAVAILABLE, f"前置库无法使用：{cause.seen}", advice=cause.advice)
        except TimeoutError:
            return Answered(
                Reply.UNAVAILABLE,
                f"{self._patience:g} 秒内没有取走",
                advice=not_taken(TASK.name, quarantined=False),
            )

    async def fetch(self) -> None:
        await self._fetcher.run()

    async def _write(self, message: Message) -> None:
        async def dossier() -> Dossier:
            assert message.dossier is not None
            return message.dossier

        match message.order:
            case TaskOrder():
                await self._channel.send(message.order, dossier)
            case TaskSupplement():
                await self._channel.supplement(message.order, dossier)
            case None:
                raise Rejected("前置库没有这种消息")
            case _:
                await self._channel.withdraw(message.order)

    async def _taken(self, batch: str) -> Answered:
        """Once the department has looked at the row, or deleted it. Raises TimeoutError."""
        async with asyncio.timeout(self._patience):
            while True:
                async with self._database.statements() as connection:
                    row = (await connection.execute(_LOOKED_AT.where(TASK.c.cd_batch == batch))).one_or_none()
                if row is None:
                    return Answered(Reply.TAKEN)  # taken away, having been read
                if row.sync_time is not None:
                    self._evidence.stamped("lb_task.sync_time", row.sync_time)
                if row.is_sync == Sync.QUARANTINED:
                    advice = not_taken(TASK.name, quarantined=True)
                    return Answered(Reply.REJECTED, "部门把该行标为隔离（is_sync 为 9）", advice=advice)
                if row.is_sync != Sync.NEW:
                    return Answered(Reply.TAKEN)
                await asyncio.sleep(_LOOK)
