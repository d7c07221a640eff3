"""Carries filed cases to Temporal: at once after the commit, and by looking for those left behind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from lianban.contracts.case import CaseInput
from lianban_intake.away import TemporalAway
from lianban_intake.outbox import repository
from lianban_intake.outbox.start import start
from lianban_intake.themes.edition import Edition

_AT_ONCE: Final = 8
"""Starts under way at a time: a burst beyond what first workflow tasks can take only delays running cases."""

_BATCH: Final = 100
_WAITING: Final = 1000  # beyond this, filed cases are left to the poller
_GATHER: Final = 0.02  # seconds in which finished starts are gathered into one statement

_log = logging.getLogger(__name__)


class Starter:
    """``offer`` after the commit; ``run`` until cancelled. What is lost in memory stands in ``pending_starts``.

    A start that fails is not tried again here: the row becomes due again by itself, later with each attempt.
    """

    def __init__(self, direct: AsyncEngine, client: Client, edition: Callable[[], Edition], poll: float) -> None:
        self._direct = direct
        self._client = client
        self._edition = edition
        self._poll = poll
        self._offered: asyncio.Queue[CaseInput] = asyncio.Queue(_WAITING)
        self._started: list[str] = []
        self._any_started = asyncio.Event()

    def offer(self, case: CaseInput) -> None:
        """The case has been filed and committed."""
        try:
            self._offered.put_nowait(case)
        except asyncio.QueueFull:
            _log.warning("many cases wait to be started; this one is left to the poller")

    async def start_now(self, case_no: str) -> None:
        """Starts the case unless it has been started already. Raises TemporalAway."""
        async with self._direct.connect() as connection:
            case = await repository.find(connection, self._edition(), case_no)
        if case is not None:
            await start(self._client, case)
            self._done(case_no)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(self._start_offered())
            group.create_task(self._settle_started())
            group.create_task(self._look_for_left_behind())

    async def _start_offered(self) -> None:
        while True:
            case = await self._offered.get()
            try:
                await start(self._client, case)
            except TemporalAway as away:
                _log.warning("a case is not started yet", extra={"case_no": case.case_no, "cause": str(away)})
            except Exception:
                _log.exception("a case is not started yet", extra={"case_no": case.case_no})
            else:
                self._done(case.case_no)

    def _done(self, case_no: str) -> None:
        self._started.append(case_no)
        self._any_started.set()

    async def _settle_started(self) -> None:
        while True:
            await self._any_started.wait()
            await asyncio.sleep(_GATHER)
            self._any_started.clear()
            started, self._started = self._started, []
            try:
                async with self._direct.connect() as connection:
                    await repository.settle(connection, started)
            except Exception:
                # Their rows stay, are claimed again, and starting again does nothing.
                _log.exception("started cases could not be marked", extra={"count": len(started)})

    async def _look_for_left_behind(self) -> None:
        while True:
            await asyncio.sleep(self._poll)
            try:
                await self._claim()
            except Exception:
                _log.exception("the outbox could not be read")

    async def _claim(self) -> None:
        """Only as many as can be tried soon: what is claimed is not due again for a while."""
        while (room := min(_BATCH, _AT_ONCE * 4 - self._offered.qsize())) > 0:
            async with self._direct.connect() as connection:
                cases = await repository.claim(connection, self._edition(), room)
            for case in cases:
                self.offer(case)
            if len(cases) < room:
                return
            await asyncio.sleep(0)
