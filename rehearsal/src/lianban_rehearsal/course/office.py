"""Office hours: durations in working days laid on the calendar, eight hours from nine on every working day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import SHANGHAI

OPENS: Final = time(9)
MINUTES: Final = 8 * 60
"""Of one working day."""


def opening(day: date) -> datetime:
    return datetime.combine(day, OPENS, SHANGHAI)


def after(calendar: CalendarSnapshot, instant: datetime, days: float) -> datetime:
    """The instant at which ``days`` of working time from ``instant`` have passed, to the minute and at least one.

    What begins at some time of a working day and takes one ends at that time of the next, which is day 1 as the law
    counts; what begins when nobody works begins when the office opens next.
    """
    day, used = _position(calendar, instant)
    whole, rest = divmod(used + max(1, round(days * MINUTES)), MINUTES)
    return opening(calendar.add_working_days(day, whole)) + timedelta(minutes=rest)


def part_of_day(instant: datetime) -> float:
    """How much of the office day has passed at ``instant``, from 0 to 1."""
    local = instant.astimezone(SHANGHAI)
    return min(max((local - opening(local.date())) / timedelta(minutes=MINUTES), 0.0), 1.0)


def _position(calendar: CalendarSnapshot, instant: datetime) -> tuple[date, int]:
    """The working day that time counts from, and how many minutes of it are over."""
    local = instant.astimezone(SHANGHAI)
    day = local.date()
    passed = (local - opening(day)) // timedelta(minutes=1)
    if passed >= MINUTES or not calendar.is_working_day(day):
        return calendar.next_working_day(day), 0
    return day, max(passed, 0)
