"""From a start and a limit to a deadline (clocks.md, Counting, rules 1, 2 and 4).

* Working days (WD): the start is not counted, day 1 is the first working day after it, the end is 24:00 of day N.
* Natural days (D): the start is not counted; a last day that is off moves to the next working day.
* INSTANT (即办): the working day of the start itself; the next one when the start is a day off.

A deadline says by which calendar it was counted and can be counted again by another. Whatever moves one later (a stop,
an extension, a supplement, a new calendar) ends in a new start, amount or calendar for :func:`deadline`, or in a new
:class:`Deadline`; nothing here is changed in place.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from pydantic import BaseModel, ConfigDict

from lianban.clock.calendar import ONE_DAY, CalendarSnapshot
from lianban.clock.limits import Unit

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""A fixed offset, not zoneinfo: workflow code must not read time zone files, and a later edition of them must not
change a decision on replay. China has known no other offset since daylight saving ended in 1991."""


class SkippedDay(BaseModel):
    """A day off that a clock passed over, and why."""

    model_config = ConfigDict(frozen=True)

    day: date
    reason: str


class Deadline(BaseModel):
    """The last day of a limit, never a bare date (rule 4).

    ``ends_at`` is 24:00 Asia/Shanghai of ``day``, written as the UTC instant of the midnight that follows; from that
    instant on the limit is exceeded. ``provisional``: the count touches a year with no notice yet. ``trace``: working
    days: every day off between start and day; otherwise: the days off the last day was moved over.
    """

    model_config = ConfigDict(frozen=True)

    day: date
    ends_at: datetime
    calendar_version: str
    provisional: bool
    trace: tuple[SkippedDay, ...] = ()


def local_date(instant: datetime) -> date:
    """The date in Shanghai at that instant. A datetime without time zone is refused: it is no instant."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(SHANGHAI).date()


def start_of_day(day: date) -> datetime:
    """00:00 Asia/Shanghai of that day, as a UTC instant."""
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def deadline(calendar: CalendarSnapshot, start: date, amount: int, unit: Unit) -> Deadline:
    """The deadline of ``amount`` units from ``start`` (a local date).

    ``amount`` is 0 for INSTANT and at least 1 otherwise, else ValueError. Raises OutsideCalendar for a start the
    calendar knows nothing of.
    """
    calendar.reason_off(start)  # refuses a start outside the calendar, and an instant in place of a date
    if unit is Unit.INSTANT:
        if amount != 0:
            raise ValueError("即办的时限须为 0")
        first = start
        day, trace = _count(calendar, start, 1)
    elif amount < 1:
        raise ValueError("时限须至少为 1")
    else:
        first = start + ONE_DAY
        if unit is Unit.WORKING_DAYS:
            day, trace = _count(calendar, first, amount)
        else:
            day, trace = _count(calendar, start + timedelta(days=amount), 1)
    return Deadline(
        day=day,
        ends_at=start_of_day(day + ONE_DAY),
        calendar_version=calendar.version,
        provisional=any(calendar.is_provisional(date(year, 1, 1)) for year in range(first.year, day.year + 1)),
        trace=trace,
    )


def _count(calendar: CalendarSnapshot, first: date, amount: int) -> tuple[date, tuple[SkippedDay, ...]]:
    """The ``amount``-th working day from ``first`` on, ``first`` included, and the days off passed over."""
    day = first
    skipped = []
    while True:
        if reason := calendar.reason_off(day):
            skipped.append(SkippedDay(day=day, reason=reason))
        elif amount == 1:
            return day, tuple(skipped)
        else:
            amount -= 1
        day += ONE_DAY
