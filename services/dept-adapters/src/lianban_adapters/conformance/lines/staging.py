"""A department that works on staging tables: tasks are written into its database, acts read there."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final

from sqlalchemy import select

from lianban.contracts.orders import TaskOrder, TaskSupplement
from lianban_adapters.channels.port import Rejected, Unavailable
from lianban_adapters.channels.staging.channel import StagingChannel
from lianban_adapters.channels.staging.database import StagingDatabase
from lianban_adapters.channels.staging.tables import TASK, Sync
from lianban_adapters.conformance.evidence import Answered, Play, Reply
from lianban_adapters.conformance.lines.fetching import Fetcher
from lianban_adapters.conformance.lines.port import Message
from lianban_adapters.dossiers.models import Dossier

_LOOK: Final = 0.3  # seconds between two looks at a row


class StagingLine:
    """``patience``: seconds for the department to take a row."""

    forgeries: Collection[Play] = ()
    omits: Collection[Play] = (Play.TYPE, Play.FIELDS, Play.DAMAGED)

    def __init__(self, database: StagingDatabase, channel: StagingChannel, fetcher: Fetcher, patience: float) -> None:
        self._database = database
        self._channel = channel
        self._fetcher = fetcher
        self._patience = patience

    async def deliver(self, message: Message, forgery: Play | None = None) -> Answered:
        try:
            await self._write(message)
            return await self._taken(message.id)
        except Rejected as rejected:
            return Answered(Reply.REJECTED, rejected.reason)
        except Unavailable as unavailable:
            return Answered(Reply.UNAVAILABLE, unavailable.reason)
        except TimeoutError:
            return Answered(Reply.UNAVAILABLE, "限时内没有取走")

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
                    sync = await connection.scalar(select(TASK.c.is_sync).where(TASK.c.cd_batch == batch))
                if sync == Sync.QUARANTINED:
                    return Answered(Reply.REJECTED, "部门把该行标为隔离（is_sync 为 9）")
                if sync != Sync.NEW:
                    return Answered(Reply.TAKEN)
                await asyncio.sleep(_LOOK)
