"""Asking one case to count by a new calendar."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import date
from typing import Final

from lianban.clock.deadlines import local_date
from lianban.contracts.acts import ActOutcome, Recalendar, Refusal
from lianban.contracts.names import UPDATE_RECALENDAR
from lianban.contracts.status import EventKind
from lianban.platform.case_updates import CaseUnreachable, CaseUpdates
from lianban_intake.away import TemporalAway
from lianban_intake.outbox.starter import Starter
from lianban_intake.redating.outcomes import UNREACHABLE, Done, Outcome, Undone
from lianban_intake.redating.repository import Run, Waiting
from lianban_intake.themes.edition import Edition

_MOVES: Final = frozenset({EventKind.CASE_REDATED, EventKind.STEP_REDATED})

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asker:
    """``timeout`` in seconds, for one case to answer."""

    updates: CaseUpdates
    starter: Starter
    slots: asyncio.Semaphore
    timeout: float

    async def ask(self, run: Run, edition: Edition, today: date, case: Waiting) -> Done | Undone:
        """Repeating it repeats the answer, also when the case has closed since."""
        async with self.slots:
            try:
                if case.pending:
                    await self.starter.start_now(case.case_no)
                answer = await self.updates.send(
                    case.case_no,
                    UPDATE_RECALENDAR,
                    Recalendar(
                        act_id=act_id_of(run, case.times),
                        calendar=edition.calendar_from(local_date(case.received_at), today),
                    ),
                    self.timeout,
                )
            except (CaseUnreachable, TemporalAway):
                return Undone(case.case_no, UNREACHABLE)
            except Exception:  # one case must not hold up all others
                _log.exception("a case could not be dated anew", extra={"case_no": case.case_no})
                return Undone(case.case_no, UNREACHABLE)
        if isinstance(answer, ActOutcome):
            moves = tuple(event.seq for event in answer.events if event.kind in _MOVES)
            return Done(case.case_no, Outcome.MOVED if moves else Outcome.UNMOVED, answer.events, moves)
        if answer.slug == Refusal.CASE_CLOSED:
            return Done(case.case_no, Outcome.CLOSED)
        _log.error("a case refuses to be dated anew", extra={"case_no": case.case_no, "refusal": answer.slug})
        return Undone(case.case_no, answer.slug)


def act_id_of(run: Run, times: int) -> str:
    """Id of the Update: by the run as well as the calendar, because a calendar may come into force again, and by how
    often it has been carried out, for the case that has been set back since."""
    again = f"-{times}" if times else ""
    return f"recalendar-{run.number}-{run.version}{again}"
