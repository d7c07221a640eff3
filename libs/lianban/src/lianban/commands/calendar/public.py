"""The year files against the public calendar ``chinesecalendar``, which others keep. Only ever a check: no deadline is
counted by it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib import import_module
from types import ModuleType

from lianban.clock.calendar import ONE_DAY, CalendarSnapshot


class NoPublicCalendar(Exception):
    """The package is not installed."""


class PublicCalendar:
    def __init__(self) -> None:
        try:
            self._days: ModuleType = import_module("chinese_calendar")
        except ImportError:
            raise NoPublicCalendar from None

    def knows(self, year: int) -> bool:
        try:
            self._days.is_workday(date(year, 12, 31))
        except NotImplementedError:
            return False
        return True

    def differing(self, calendar: CalendarSnapshot, year: int) -> Iterator[tuple[date, bool]]:
        """(day, whether it is worked by the public calendar) of each day on which they do not agree."""
        day = date(year, 1, 1)
        while day.year == year:
            worked = bool(self._days.is_workday(day))
            if worked != calendar.is_working_day(day):
                yield day, worked
            day += ONE_DAY
