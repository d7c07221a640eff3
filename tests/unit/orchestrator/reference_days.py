"""Counting as clocks.md says it, day by day: slow, and short enough to be seen to be right.

Nothing here looks at how the product counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from lianban.clock.limits import TimeLimit, Unit

Worked = Callable[[date], bool]

DAY = timedelta(days=1)


def days_of(began: date, ended: date) -> set[date]:
    """Counting 5: the days d of a stop with began < d <= ended."""
    return {began + DAY * number for number in range(1, (ended - began).days + 1)}


def last_day(worked: Worked, start: date, amount: int, unit: Unit, out: set[date]) -> date:
    """Counting 1, 2 and 5: the day with which ``amount`` units from ``start`` on are over."""
    day = start
    counted = 0
    while counted < amount:
        day += DAY
        counts = day not in out and (unit is Unit.NATURAL_DAYS or worked(day))
        counted += counts
    while unit is not Unit.WORKING_DAYS and (day in out or not worked(day)):
        day += DAY
    return day


def working_days_after(worked: Worked, start: date, amount: int, out: set[date]) -> date:
    return last_day(worked, start, amount, Unit.WORKING_DAYS, out) if amount else start


@dataclass
class Limit:
    """A limit under way: what has happened to it, and the two days that follow."""

    limit: TimeLimit
    start: date
    out: set[date] = field(default_factory=set)
    extension: int = 0
    promise_moves: bool = True
    promised_floor: date = date.min
    legal_floor: date = date.min

    def promised(self, worked: Worked) -> date:
        extension = self.extension if self.promise_moves else 0
        return self._last(worked, self.limit.promised, extension, self.promised_floor)

    def legal(self, worked: Worked) -> date | None:
        if self.limit.legal is None:
            return None
        return self._last(worked, self.limit.legal, self.extension, self.legal_floor)

    def own(self, worked: Worked) -> date:
        """The day a department's silence is measured by: of the law, where there is one."""
        return self.legal(worked) or self.promised(worked)

    def light(self, worked: Worked, today: date) -> str:
        """Red after the promised day; yellow when a fifth of the promised working days, or the last one, is left."""
        promised = self.promised(worked)
        if today > promised:
            return "red"
        if self.limit.unit is Unit.INSTANT:
            return "green"
        own_days = [day for day in days_of(self.start, promised) if worked(day) and day not in self.out]
        total = self.limit.promised if self.limit.unit is Unit.WORKING_DAYS else len(own_days)
        last_ones = sorted(own_days)[-max(1, total // 5) :]
        few = len(last_ones) < max(1, total // 5)  # re-dated to less than was promised
        return "yellow" if few or today >= last_ones[0] else "green"

    def redate(self, old: Worked, new: Worked, today: date, *, stopped: bool = False) -> None:
        """Counting 6: what would fall in the past falls on today, unless it was over before. ``stopped``: on the day
        ``today``, so that the first day that counts again is a later one."""
        floor = today + DAY if stopped else today
        if self.promised(new) < today <= self.promised(old):
            self.promised_floor = floor
        by_old, by_new = self.legal(old), self.legal(new)
        if by_old is not None and by_new is not None and by_new < today <= by_old:
            self.legal_floor = floor

    def _last(self, worked: Worked, amount: int, extension: int, floor: date) -> date:
        day = last_day(worked, self.start, amount, self.limit.unit, self.out)
        day = max(working_days_after(worked, day, extension, self.out), floor)
        while not worked(day) or day in self.out:
            day += DAY
        return day
