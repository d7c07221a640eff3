"""Acts nobody waits for: immediate answers, those whose case could not be asked, those whose request died while
asking. Carried until the case has answered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Final

from lianban.platform.database import Database
from lianban_adapters.acts import repository
from lianban_adapters.acts.carrier import Carrier

BATCH: Final = 20
"""Acts carried at once: a server that has just come back is not to be run over."""

_TIMEOUT: Final = 20.0  # seconds for a case to answer; shorter than the lease
_IDLE: Final = 1.0  # seconds between two looks at the table
_PAUSE: Final = 5.0  # seconds after the database failed

_log = logging.getLogger(__name__)


class Outbox:
    """Any number may run on one table."""

    def __init__(self, database: Database, carrier: Carrier) -> None:
        self._database = database
        self._carrier = carrier
        self._awake = asyncio.Event()

    def wake(self) -> None:
        self._awake.set()

    async def run(self) -> None:
        while True:
            self._awake.clear()
            try:
                busy = await self.run_once() > 0
            except Exception:
                _log.warning("acts wait; carrying will be tried again", exc_info=True)
                await asyncio.sleep(_PAUSE)
                continue
            if not busy:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._awake.wait(), _IDLE)

    async def run_once(self) -> int:
        """Number of acts that reached their case, applied or refused."""
        async with self._database.statements() as session:
            acts = await repository.take_due(session, BATCH)
        async with asyncio.TaskGroup() as group:
            carried = [group.create_task(self._carrier.carry_again(act, _TIMEOUT, heard=False)) for act in acts]
        return sum(task.result() is not None for task in carried)
