"""A year of the calendar as it is written down, its rules, and the snapshot made of several."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from lianban.clock.calendar import HORIZON, CalendarSnapshot

Name = Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True)]

_SATURDAY = 5
_DECEMBER = 12
_ALWAYS_OFF = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
"""(month, day) off in every edition of 全国年节及纪念日放假办法 since 1999; a year without them is a year cut short."""


class YearStatus(StrEnum):
    """Whether the State Council's notice for the year has been issued (clocks.md, Counting, rule 3)."""

    OFFICIAL = "official"
    PROVISIONAL = "provisional"


YEAR_STATUS_ZH: Final = {YearStatus.OFFICIAL: "正式", YearStatus.PROVISIONAL: "暂定（放假安排通知未发布）"}


class CalendarYear(BaseModel):
    """One year: ``holidays`` are the weekdays off, ``workdays`` the weekend days worked (调休), each with its holiday.

    ``notices`` are the numbers of the notices that arrange it, left out where not certain; ``source`` tells a reader
    where the days were taken from and against what they were checked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int = Field(ge=2000, le=HORIZON)
    status: YearStatus
    notices: tuple[Name, ...] = ()
    source: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    holidays: dict[date, Name]
    workdays: dict[date, Name] = Field(default_factory=dict)

    def faults(self) -> list[str]:
        """Everything that contradicts itself, in Chinese, the field first; empty when the year is sound."""
        found = [
            f"{field}: {day} 不在 {self.year} 年"
            for field, days in (("holidays", self.holidays), ("workdays", self.workdays))
            for day in days
            if day.year != self.year
        ]
        found += [f"holidays: {day} 是周末，本来就不上班" for day in self.holidays if day.weekday() >= _SATURDAY]
        found += [f"workdays: {day} 不是周末，本来就上班" for day in self.workdays if day.weekday() < _SATURDAY]
        if self.status is YearStatus.PROVISIONAL and self.workdays:
            found.append("workdays: 通知未发布（provisional）的年份不得有调休上班日")
        if self.status is YearStatus.PROVISIONAL and self.notices:
            found.append("notices: 通知未发布（provisional）的年份不得有通知文号")
        always_off = (date(self.year, month, day) for month, day in _ALWAYS_OFF)
        found += [
            f"holidays: {day} 是法定节假日，未列入"
            for day in always_off
            if day.weekday() < _SATURDAY and day not in self.holidays
        ]
        return found


def sequence_faults(years: Sequence[CalendarYear]) -> list[str]:
    """What is wrong with the years together, given in order: gaps, and a notice that came before an earlier one."""
    if not any(year.status is YearStatus.OFFICIAL for year in years):
        return ["没有任何正式（official）年份"]
    found = []
    for one, following in pairwise(years):
        if following.year != one.year + 1:
            found.append(f"{one.year} 年之后缺少 {one.year + 1} 年")
        if one.status is YearStatus.PROVISIONAL and following.status is YearStatus.OFFICIAL:
            found.append(f"{one.year} 年为 provisional，其后的 {following.year} 年却为 official")
    return found


def outdated(years: Sequence[CalendarYear], today: date) -> list[str]:
    """What an operator has to see to now, in Chinese: dates are counted in a year whose notice is not in the calendar.

    The notice for a year comes out in the autumn before it: from December on the year to come is asked for too.
    """
    status = {year.year: year.status for year in years}
    asked_for = [today.year, today.year + 1] if today.month == _DECEMBER else [today.year]
    found = []
    for year in asked_for:
        if year not in status:
            found.append(f"没有 {year} 年的日历，涉及该年的期限均为暂定；请按国务院办公厅放假安排通知编写并发布")
        elif status[year] is YearStatus.PROVISIONAL:
            found.append(f"{year} 年的日历仍为暂定，涉及该年的期限均为暂定；请按国务院办公厅放假安排通知改为正式并发布")
    return found


def assemble(years: Sequence[CalendarYear]) -> CalendarSnapshot:
    """The snapshot of sound years in order.

    Its version is the last official year and a hash of what decides a deadline or is told with it: status, days and
    names. A corrected ``source`` or ``notices`` is no new edition and re-dates nobody.
    """
    content = [
        [
            year.year,
            year.status,
            sorted((day.isoformat(), name) for day, name in year.holidays.items()),
            sorted((day.isoformat(), name) for day, name in year.workdays.items()),
        ]
        for year in years
    ]
    digest = hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
    last_official = max(year.year for year in years if year.status is YearStatus.OFFICIAL)
    return CalendarSnapshot(
        version=f"{last_official}.{digest[:8]}",
        first_year=years[0].year,
        last_year=years[-1].year,
        holidays={day: name for year in years for day, name in sorted(year.holidays.items())},
        workdays={day: name for year in years for day, name in sorted(year.workdays.items())},
        provisional_years=tuple(year.year for year in years if year.status is YearStatus.PROVISIONAL),
    )
