"""Brings news of deliveries to their cases, for as long as it takes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Final

from lianban.platform.database import SessionFactory, transaction
from lianban_notify.deliveries import repository
from lianban_notify.deliveries.carrier import Carrier

_BATCH: Final = 20  # at once: a server that has just come back is not to be run over
_TIMEOUT: Final = 20.0  # seconds for a case to answer; shorter than the lease
_IDLE: Final = 1.0  # seconds between two looks
_PAUSE: Final = 5.0  # seconds after the database failed

_log = logging.getLogger(__name__)


class Outbox:
    """Any number may run on one table."""

    def __init__(self, factory: SessionFactory, carrier: Carrier) -> None:
        self._factory = factory
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
                _log.warning("delivery news waits; carrying will be tried again", exc_info=True)
                await asyncio.sleep(_PAUSE)
                continue
            if not busy:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._awake.wait(), _IDLE)

    async def run_once(self) -> int:
        """Number of events that reached their case, applied or refused."""
        async with transaction(self._factory) as session:
            await repository.match_events(session)
            events = await repository.lease_events(session, _BATCH)
        outcomes = await asyncio.gather(*(self._carrier.carry(event, _TIMEOUT) for event in events))
        return sum(outcome is not None for outcome in outcomes)
