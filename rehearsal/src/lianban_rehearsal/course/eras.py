"""A time ahead of the real one: a server skips time forward only, while a rehearsal may begin on any day.

Within 1901 to 2099 the calendar repeats every 28 years: each date falls on the same weekday, and leap years are the
same. So a case is carried out a multiple of 28 years later, by a calendar moved as far, and told in its own years.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import SHANGHAI

PERIOD: Final = 28
LAST: Final = 2098
"""Last year a case can be carried out in: 2100 is no leap year."""

_AHEAD: Final = timedelta(days=2)


def years_ahead(start: datetime, now: datetime) -> int:
    """The least multiple of 28 years by which ``start`` comes to lie after ``now``."""
    years = 0
    while later(start, years) < now + _AHEAD:
        years += PERIOD
    return years


def later(instant: datetime, years: int) -> datetime:
    local = instant.astimezone(SHANGHAI)
    return local.replace(year=local.year + years)


def later_day(day: date, years: int) -> date:
    return day.replace(year=day.year + years)


def later_calendar(calendar: CalendarSnapshot, years: int) -> CalendarSnapshot:
    return CalendarSnapshot(
        version=calendar.version,
        first_year=calendar.first_year + years,
        last_year=calendar.last_year + years,
        holidays={later_day(day, years): name for day, name in calendar.holidays.items()},
        workdays={later_day(day, years): name for day, name in calendar.workdays.items()},
        provisional_years=tuple(year + years for year in calendar.provisional_years),
    )
