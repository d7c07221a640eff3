"""Runs: begun by a new calendar, carried on by whichever process has the turn, until no case counts by another.

What is left to do stands with each case (:class:`RunningCase`), not in a list made at the beginning: a run that was
cut off at any point goes on with the rest, and a case filed meanwhile under the old calendar belongs to it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lianban.clock.deadlines import local_date
from lianban.contracts.events import EventBatch, RecordedEvents
from lianban_intake.events.recorder import Recorder
from lianban_intake.redating import repository
from lianban_intake.redating.asking import Asker
from lianban_intake.redating.outcomes import UNREACHABLE, Done, Undone
from lianban_intake.redating.repository import Run, Waiting
from lianban_intake.redating.turn import still_held, turn
from lianban_intake.themes.edition import Edition
from lianban_intake.themes.watch import Catalogues

_log = logging.getLogger(__name__)

_FIRST: Final = 1


@dataclass(frozen=True)
class Redater:
    """``engine`` is for transactions, ``direct`` for single statements. ``poll`` in seconds."""

    engine: AsyncEngine
    direct: AsyncEngine
    recorder: Recorder
    catalogues: Catalogues
    asker: Asker
    poll: float
    batch: int

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except Exception:
                _log.exception("cases are not dated anew now; trying again")
            await asyncio.sleep(self.poll)

    async def look(self) -> None:
        """Does what there is to do now, if it is this process's turn."""
        edition = await self.catalogues.latest()
        async with self.direct.connect() as connection:
            last = await repository.last_run(connection)
            if not await _to_do(connection, last, edition):
                return
        async with turn(self.direct) as held:
            if held is not None and (run := await self._run_for(edition)):
                await self._carry_on(run, edition, held)

    async def _run_for(self, edition: Edition) -> Run | None:
        """The run that brings this edition's calendar, begun where it has not been. None: a newer one is in force
        elsewhere, and this process has yet to hear of it."""
        version = edition.calendar.version
        async with self.engine.begin() as connection:
            last = await repository.last_run(connection)
            if _is_new(last, edition):
                number = last.number + 1 if last else _FIRST
                _log.info("a new calendar is in force: open cases are dated anew", extra={"calendar": version})
                return await repository.begin(connection, number, version, edition.since)
        return last if last and last.version == version else None

    async def _carry_on(self, run: Run, edition: Edition, held: AsyncConnection) -> None:
        async with self.direct.connect() as connection:
            await repository.forget_ended(connection, run.version)
        after = ""
        while batch := await self._next(run, after):
            undone = await self._ask_all(run, edition, batch)
            if len(undone) == len(batch) and all(each.problem == UNREACHABLE for each in undone):
                return  # nobody answers: the others would not either
            after = batch[-1].case_no
            await still_held(held)
            if (await self.catalogues.latest()).calendar.version != run.version:
                return  # the next run asks every case, and asks it once
        async with self.direct.connect() as connection:
            if await repository.finish(connection, run):
                _log.info("every open case counts by the new calendar", extra={"calendar": run.version})

    async def _next(self, run: Run, after: str) -> list[Waiting]:
        async with self.direct.connect() as connection:
            return await repository.waiting(connection, run, after, self.batch)

    async def _ask_all(self, run: Run, edition: Edition, batch: Sequence[Waiting]) -> list[Undone]:
        """What the cases answer is written down before they count as asked: cut off in between, they are asked again,
        and answer the same. Returns those still to be dated."""
        today = local_date(datetime.now(UTC))
        answers = await asyncio.gather(*(self.asker.ask(run, edition, today, case) for case in batch))
        done = [answer for answer in answers if isinstance(answer, Done)]
        undone = [answer for answer in answers if isinstance(answer, Undone)]
        events = [RecordedEvents(case_no=each.case_no, events=each.events) for each in done if each.events]
        if undone:
            _log.warning("cases are not dated anew yet", extra={"count": len(undone), "of": len(batch)})
        await self.recorder.record(EventBatch(cases=tuple(events)))
        async with self.engine.begin() as connection:
            if done:
                await repository.settle(connection, run, done)
            if undone:
                await repository.postpone(connection, undone)
        return undone


async def _to_do(connection: AsyncConnection, last: Run | None, edition: Edition) -> bool:
    if last is None or _is_new(last, edition):
        return True
    if last.version != edition.calendar.version:
        return False
    return not last.finished or await repository.any_waiting(connection, last.version)


def _is_new(last: Run | None, edition: Edition) -> bool:
    """Whether the edition brings a calendar of its own: not one this process has merely not let go of yet."""
    return last is None or (last.version != edition.calendar.version and edition.since > last.since)
