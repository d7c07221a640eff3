"""From a start and a limit to a deadline (clocks.md, Counting, rules 1, 2 and 4).

* Working days (WD): the start is not counted, day 1 is the first working day after it, the end is 24:00 of day N.
* Natural days (D): the start is not counted; a last day that is off moves to the next working day.
* INSTANT (即办): the working day of the start itself; the next one when the start is a day off.

A deadline says by which calendar it was counted and can be counted again by another. Whatever moves one later (a stop,
an extension, a supplement, a new calendar) ends in a new start, amount or calendar for :func:`deadline`, or in a new
:class:`Deadline`; nothing here is changed in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from lianban.clock.calendar import ONE_DAY, CalendarSnapshot
from lianban.clock.limits import Unit

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""A fixed offset, not zoneinfo: workflow code must not read time zone files, and a later edition of them must not
change a decision on replay. China has known no other offset since daylight saving ended in 1991."""

FLOOR_REASON: Final = "新日历不得使期限溯及既往地逾期，顺延至当日"
"""Why a day that would be the last one is not (clocks.md, Counting 6)."""


class SkippedDay(BaseModel):
    """A day that a clock passed over, and why."""

    model_config = ConfigDict(frozen=True)

    day: date
    reason: str


@lru_cache(maxsize=4096)
def _skipped(day: date, reason: str) -> SkippedDay:
    """Every clock passes over the same days, and making them anew would cost more than all the counting."""
    return SkippedDay(day=day, reason=reason)


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


def within_its_day(instant: datetime) -> datetime:
    """24:00 belongs to the day that it ends (Counting 1), though the same instant begins the next one: the last moment
    of that day. Any other instant is itself."""
    return instant - timedelta(microseconds=1) if instant == start_of_day(local_date(instant)) else instant


class TakenOut(NamedTuple):
    """Days from ``first`` to ``last`` that a stop takes out of a clock (L-STOP)."""

    first: date
    last: date
    reason: str


def working_days_but(calendar: CalendarSnapshot, since: date, until: date, taken_out: Sequence[TakenOut]) -> int:
    """Working days d with since < d <= until that no stop takes out."""
    out = (calendar.working_days_between(max(span.first - ONE_DAY, since), min(span.last, until)) for span in taken_out)
    return calendar.working_days_between(since, until) - sum(out)


def deadline(
    calendar: CalendarSnapshot,
    start: date,
    amount: int,
    unit: Unit,
    *,
    taken_out: Sequence[TakenOut] = (),
    extension: int = 0,
    floor: date | None = None,
) -> Deadline:
    """The deadline of ``amount`` units from ``start`` (a local date), then ``extension`` working days more.

    ``amount`` is 0 for INSTANT and at least 1 otherwise, else ValueError. ``floor``: it falls on no earlier day, for
    the reason :data:`FLOOR_REASON`. Raises OutsideCalendar for a start the calendar knows nothing of.
    """
    calendar.reason_off(start)  # refuses a start outside the calendar, and an instant in place of a date
    if unit is Unit.INSTANT:
        if amount != 0:
            raise ValueError("即办的时限须为 0")
        first = start
        walk = _Walk(calendar, start - ONE_DAY, taken_out)
        walk.working_days(1)
    elif amount < 1:
        raise ValueError("时限须至少为 1")
    else:
        first = start + ONE_DAY
        walk = _Walk(calendar, start, taken_out)
        if unit is Unit.WORKING_DAYS:
            walk.working_days(amount)
        else:
            walk.natural_days(amount)
    walk.working_days(extension)
    if floor is not None:
        walk.not_before(floor)
    return Deadline(
        day=walk.day,
        ends_at=start_of_day(walk.day + ONE_DAY),
        calendar_version=calendar.version,
        provisional=any(calendar.is_provisional(date(year, 1, 1)) for year in range(first.year, walk.day.year + 1)),
        trace=tuple(walk.trace),
    )


class _Walk:
    """From a day on, over the days that do not count."""

    def __init__(self, calendar: CalendarSnapshot, day: date, taken_out: Sequence[TakenOut]) -> None:
        self.day = day
        self.trace: list[SkippedDay] = []
        self._reason_off = calendar.reason_off
        self._taken_out = taken_out

    def working_days(self, amount: int) -> None:
        """To the ``amount``-th working day after this one that no stop takes out."""
        day, reason_off = self.day, self._reason_off
        while amount:
            day += ONE_DAY
            reason = reason_off(day) or (self._stopped(day) if self._taken_out else "")
            if reason:
                self._skip(day, reason)
            else:
                amount -= 1
        self.day = day

    def natural_days(self, amount: int) -> None:
        """To the ``amount``-th day after this one that no stop takes out, moved on to a working day."""
        day = self.day
        if self._taken_out:
            while amount:
                day += ONE_DAY
                if reason := self._stopped(day):
                    self._skip(day, reason)
                else:
                    amount -= 1
        else:
            day += timedelta(days=amount)
        self._to_a_day_that_counts(day)

    def not_before(self, floor: date) -> None:
        if self.day < floor:
            self._skip(self.day, FLOOR_REASON)
            self._to_a_day_that_counts(floor)

    def _to_a_day_that_counts(self, day: date) -> None:
        """``day``, or the first after it that is worked and no stop takes out."""
        while reason := self._reason_off(day) or self._stopped(day):
            self._skip(day, reason)
            day += ONE_DAY
        self.day = day

    def _skip(self, day: date, reason: str) -> None:
        self.trace.append(_skipped(day, reason))

    def _stopped(self, day: date) -> str:
        for first, last, reason in self._taken_out:
            if first <= day <= last:
                return reason
        return ""
