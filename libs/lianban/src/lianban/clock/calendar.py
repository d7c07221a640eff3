"""The calendar a case decides by: which days are worked, why a day is off, and how certain that is.

Working days are those of 行政许可法 art. 82, as arranged by the State Council's yearly notice. Everything here is
pure: the same snapshot gives the same answer for ever, whatever release of whatever library runs.

Beyond the covered years
    *Before the first year* nothing is known and nothing may be guessed: :class:`OutsideCalendar`. No clock of a case
    looks there, because the snapshot of a case begins with the year it was received in.
    *After the last year* a running case must go on counting. Weekends and the holidays with a fixed date
    (:data:`FIXED_HOLIDAYS`) are off, nothing is made up, and the year is provisional. The lunar holidays are unknown
    there, so such a deadline can only be too early, never too late, until the next calendar re-dates it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

FIXED_HOLIDAYS: Final = {
    (1, 1): "元旦",
    (5, 1): "劳动节",
    (5, 2): "劳动节",
    (10, 1): "国庆节",
    (10, 2): "国庆节",
    (10, 3): "国庆节",
}
"""(month, day) → name: 全国年节及纪念日放假办法 art. 2 as amended in 2024, less what follows the moon and the sun."""

WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")

HORIZON: Final = 2199
"""Last year anything is answered for. A later date is somebody's mistake, and date arithmetic ends soon after."""

ONE_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class OutsideCalendar(Exception):
    """A day the calendar knows nothing of: before its first year, or after :data:`HORIZON`."""

    def __init__(self, day: date, first_year: int, last_year: int) -> None:
        super().__init__(day, first_year, last_year)
        self.day = day
        self.first_year = first_year
        self.last_year = last_year

    def __str__(self) -> str:
        return f"{self.day.isoformat()} 不在工作日历范围内（{self.first_year} 年至 {self.last_year} 年）"


class CalendarSnapshot(BaseModel):
    """Exceptions to "Monday to Friday are worked", for the years it covers. Small enough to travel with a case.

    ``holidays``: weekdays that are off; ``workdays``: weekend days that are worked (调休). Both map the day to the
    holiday it belongs to. ``version`` names the edition, and stays the same when a window is cut from it.
    """

    model_config = ConfigDict(frozen=True)

    version: str
    first_year: int
    last_year: int
    holidays: dict[date, str]
    workdays: dict[date, str]
    provisional_years: tuple[int, ...] = ()

    def reason_off(self, day: date) -> str:
        """Why nobody works that day (周六, 春节 …); empty when it is worked. Raises OutsideCalendar."""
        reason = self._reasons.get(day)
        if reason is None:
            reason = self._reasons[day] = self._reason_of(day)
        return reason

    @cached_property
    def _reasons(self) -> dict[date, str]:
        """Days asked for before: clocks of a case walk over the same few days again and again."""
        return {}

    def _reason_of(self, day: date) -> str:
        if isinstance(day, datetime):  # is a date to the type checker, yet never equal to one in the tables
            raise TypeError("a local date is needed, not an instant: see local_date()")
        if day.year > self.last_year:
            return self._reason_beyond(day)
        if day.year < self.first_year:
            raise OutsideCalendar(day, self.first_year, self.last_year)
        weekday = day.weekday()
        if weekday < _SATURDAY:
            return self.holidays.get(day, "")
        return "" if day in self.workdays else WEEKDAYS[weekday]

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> CalendarSnapshot:
        """A copy may have other days: it remembers none of this one's."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("_reasons", None)
        return copied

    def is_working_day(self, day: date) -> bool:
        return not self.reason_off(day)

    def is_provisional(self, day: date) -> bool:
        """Whether the notice that arranges that day's year is still to come."""
        return day.year > self.last_year or day.year in self.provisional_years

    def next_working_day(self, day: date) -> date:
        """The first working day after ``day``, which is itself not looked at."""
        return self.working_day_from(day + ONE_DAY)

    def working_day_from(self, day: date) -> date:
        """``day`` itself when it is worked, else the next working day."""
        while self.reason_off(day):
            day += ONE_DAY
        return day

    def add_working_days(self, start: date, amount: int) -> date:
        """The ``amount``-th working day after ``start``, which is not counted; ``start`` itself for 0."""
        if amount < 0:
            raise ValueError("working days are added, never taken away")
        day = start
        for _ in range(amount):
            day = self.next_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days d there are with start < d <= end; 0 when end is not after start."""
        count = 0
        while start < end:
            start += ONE_DAY
            count += self.is_working_day(start)
        return count

    def window(self, first_year: int, last_year: int) -> CalendarSnapshot:
        """The same edition cut to the years a case can touch, from that of its receipt on.

        Years the calendar does not cover are left out; at least one year remains, so that a calendar somebody forgot
        to renew still serves new cases (provisionally, see above).
        """
        if first_year > last_year:
            raise ValueError(f"no years from {first_year} to {last_year}")
        first = min(max(first_year, self.first_year), self.last_year)
        last = max(min(last_year, self.last_year), first)
        return CalendarSnapshot(
            version=self.version,
            first_year=first,
            last_year=last,
            holidays={day: name for day, name in self.holidays.items() if first <= day.year <= last},
            workdays={day: name for day, name in self.workdays.items() if first <= day.year <= last},
            provisional_years=tuple(year for year in self.provisional_years if first <= year <= last),
        )

    def _reason_beyond(self, day: date) -> str:
        if day.year > HORIZON:
            raise OutsideCalendar(day, self.first_year, HORIZON)
        weekday = day.weekday()
        return FIXED_HOLIDAYS.get((day.month, day.day), "") if weekday < _SATURDAY else WEEKDAYS[weekday]
