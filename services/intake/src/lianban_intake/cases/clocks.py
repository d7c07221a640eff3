"""Clocks as progress shows them: how much is used and left as of today, what stopped them, and why their dates moved.
Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lianban.clock.calendar import CalendarSnapshot, OutsideCalendar
from lianban.clock.facts import ClockFacts, working_days_left, working_days_used
from lianban_intake.cases.moves import shown
from lianban_intake.cases.schemas import ClockShown, StopShown
from lianban_intake.events.moves import Move


@dataclass(frozen=True)
class ClockRow:
    """A clock as the database has it. ``started``: of one that nothing has halted or moved, and so has no ``facts``."""

    promised: date | None
    legal: date | None
    started: date | None
    facts: Mapping[str, Any] | None
    moves: Mapping[str, Any] | None


def clock_of(row: ClockRow, calendar: CalendarSnapshot, until: date) -> ClockShown | None:
    """As of ``until``: today, or the day on which what it measures ended. None where no clock has begun."""
    facts = _facts(row)
    if facts is None:
        return None
    moves = {int(seq): Move.model_validate(move) for seq, move in (row.moves or {}).items()}
    return clock_shown(facts, row.promised, row.legal, moves, calendar, until)


def clock_shown(
    facts: ClockFacts,
    promised: date | None,
    legal: date | None,
    moves: Mapping[int, Move],
    calendar: CalendarSnapshot,
    until: date,
) -> ClockShown:
    """``promised``, ``legal``: its last days; none while it is stopped. ``moves`` by the number of their event."""
    return ClockShown(
        started=facts.started,
        stopped=facts.stopped,
        used=_used(calendar, facts, until),
        left=_left(calendar, promised, until),
        legal_left=_left(calendar, legal, until),
        extension=facts.extension,
        stops=tuple(
            StopShown(reason=stop.reason, began=stop.began, planned=stop.planned, ended=stop.ended)
            for stop in facts.stops
        ),
        moves=tuple(shown(seq, move) for seq, move in sorted(moves.items())),
    )


def _facts(row: ClockRow) -> ClockFacts | None:
    if row.facts is not None:
        return ClockFacts.model_validate(row.facts)
    return ClockFacts(started=row.started) if row.started else None


def _used(calendar: CalendarSnapshot, facts: ClockFacts, until: date) -> int | None:
    try:
        return working_days_used(calendar, facts, until)
    except OutsideCalendar:  # the case is older than the calendar now in force
        return None


def _left(calendar: CalendarSnapshot, last: date | None, until: date) -> int | None:
    """From the day after ``until`` up to the last one; what it is over by, negative."""
    if last is None:
        return None
    try:
        return working_days_left(calendar, last, until)
    except OutsideCalendar:
        return None
