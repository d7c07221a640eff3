"""Brings news of deliveries to their cases, for as long as it takes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Final

from lianban.platform.database import SessionFactory, transaction
from lianban_notify.deliveries import repository
from lianban_notify.deliveries.carrier import Carrier

_AT_ONCE: Final = 20  # a server that has just come back is not to be run over
_TIMEOUT: Final = 15.0  # seconds for a case to answer; shorter than the lease
_IDLE: Final = 1.0  # seconds between two looks
_PAUSE: Final = 5.0  # seconds after the database failed

_log = logging.getLogger(__name__)


class Outbox:
    """Any number may run on one table. A case that does not answer takes one place and holds up no other case."""

    def __init__(self, factory: SessionFactory, carrier: Carrier) -> None:
        self._factory = factory
        self._carrier = carrier
        self._awake = asyncio.Event()
        self._under_way: set[asyncio.Task[object]] = set()

    def wake(self) -> None:
        self._awake.set()

    async def run(self) -> None:
        try:
            while True:
                self._awake.clear()
                try:
                    await self._start()
                except Exception:
                    _log.warning("delivery news waits; carrying will be tried again", exc_info=True)
                    await asyncio.sleep(_PAUSE)
                    continue
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._awake.wait(), _IDLE)
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _start(self) -> None:
        free = _AT_ONCE - len(self._under_way)
        if not free:
            return
        async with transaction(self._factory) as session:
            await repository.match_events(session)
            events = await repository.lease_events(session, free)
        for event in events:
            task: asyncio.Task[object] = asyncio.create_task(self._carrier.carry_again(event, _TIMEOUT))
            self._under_way.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("delivery news could not be carried", exc_info=error)
            return  # its lease ends by itself
        self.wake()  # the next news of the same delivery may go now
