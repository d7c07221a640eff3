"""Carries supplements to their cases: at once, and by looking for those whose case could not be asked."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from lianban.contracts.acts import ActOutcome, Supplement
from lianban.contracts.events import EventBatch, RecordedEvents
from lianban.contracts.names import UPDATE_SUPPLEMENT
from lianban.platform.case_updates import CaseUnreachable, CaseUpdates
from lianban_intake.events.recorder import Recorder
from lianban_intake.supplements import outbox
from lianban_intake.supplements.outbox import Pending
from lianban_intake.supplements.requests import RECEIVED

_BATCH: Final = 32
_AT_ONCE: Final = 4

_log = logging.getLogger(__name__)


class Carrier:
    """``run`` until cancelled. Any number may carry the same supplement: the Update's id is the act's, so the case
    takes it once and tells each the same. ``timeout`` in seconds, for a case to answer."""

    def __init__(self, engine: AsyncEngine, client: Client, recorder: Recorder, poll: float, timeout: float) -> None:
        self._engine = engine
        self._direct = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._updates = CaseUpdates(client)
        self._recorder = recorder
        self._poll = poll
        self._timeout = timeout

    async def carry(self, pending: Pending, timeout: float | None = None) -> bool:
        """Whether the case has answered; what it answered is written down. Else it is tried again later."""
        waited = max((datetime.now(UTC) - pending.handed_in_at).total_seconds(), 0.0)
        act = Supplement(act_id=pending.act_id, step=pending.step, waited=waited)
        try:
            answer = await self._updates.send(pending.case_no, UPDATE_SUPPLEMENT, act, timeout or self._timeout)
        except CaseUnreachable as away:
            _log.warning("a supplement waits", extra={"case_no": pending.case_no, "cause": str(away)})
            return False
        async with self._engine.begin() as connection:
            if isinstance(answer, ActOutcome):
                await self._recorder.record_with(connection, _batch(pending.case_no, answer))
                await outbox.apply(connection, pending.act_id, _taken_by(answer))
            else:
                await outbox.refuse(connection, pending.act_id, answer)
        return True

    async def carry_all_of(self, case_no: str, timeout: float) -> None:
        async with self._direct.connect() as connection:
            waiting = await outbox.pending_of(connection, case_no)
        for pending in waiting:
            await self.carry(pending, timeout)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._poll)
            try:
                await self._claim()
            except Exception:
                _log.exception("the outbox of supplements could not be read")

    async def _claim(self) -> None:
        async with self._direct.connect() as connection:
            waiting = await outbox.claim(connection, _BATCH)
        room = asyncio.Semaphore(_AT_ONCE)

        async def carry(pending: Pending) -> None:
            async with room:
                try:
                    await self.carry(pending)
                except Exception:
                    _log.exception("a supplement waits", extra={"case_no": pending.case_no})

        async with asyncio.TaskGroup() as group:
            for pending in waiting:
                group.create_task(carry(pending))


def _batch(case_no: str, outcome: ActOutcome) -> EventBatch:
    return EventBatch(cases=(RecordedEvents(case_no=case_no, events=outcome.events),))


def _taken_by(outcome: ActOutcome) -> int:
    """Number of the event that says so."""
    return next(event.seq for event in outcome.events if event.kind in RECEIVED)
