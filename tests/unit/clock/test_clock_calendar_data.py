"""The year files against what is known of them from elsewhere."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.files import load_years
from lianban.clock.years import YearStatus


@pytest.mark.parametrize("year", range(2004, 2027))
def test_every_day_agrees_with_the_public_calendar(calendar: CalendarSnapshot, year: int) -> None:
    days = [date(year, 1, 1) + timedelta(n) for n in range(366)]
    differing = [
        day for day in days if day.year == year and calendar.is_working_day(day) != chinese_calendar.is_workday(day)
    ]
    assert differing == []


def test_years_are_official_up_to_the_last_notice_and_provisional_after(calendars: Path) -> None:
    status = {year.year: year.status for year in load_years(calendars)}
    assert list(status) == list(range(2004, 2028))
    assert {year for year, what in status.items() if what is YearStatus.PROVISIONAL} == {2027}


def test_2027_has_the_statutory_holidays_and_nothing_made_up(calendar: CalendarSnapshot) -> None:
    fixed_by_law = {
        "元旦": [(1, 1)],
        "春节": [(2, 5), (2, 6), (2, 7), (2, 8)],
        "清明节": [(4, 5)],
        "劳动节": [(5, 1), (5, 2)],
        "端午节": [(6, 9)],
        "中秋节": [(9, 15)],
        "国庆节": [(10, 1), (10, 2), (10, 3)],
    }
    days = {date(2027, month, day): name for name, them in fixed_by_law.items() for month, day in them}
    assert len(days) == 13
    window = calendar.window(2027, 2027)
    assert window.holidays == {day: name for day, name in days.items() if day.weekday() < 5}
    assert window.workdays == {}
    assert not any(window.is_working_day(day) for day in days)


def test_lunar_dates_of_2027_lie_whole_lunations_after_those_of_2026(calendar: CalendarSnapshot) -> None:
    """Twelve lunations (354 or 355 days) from festival to festival: no leap month lies between."""
    festivals_2026 = {"春节": date(2026, 2, 17), "端午节": date(2026, 6, 19), "中秋节": date(2026, 9, 25)}
    festivals_2027 = {"春节": date(2027, 2, 6), "端午节": date(2027, 6, 9), "中秋节": date(2027, 9, 15)}
    for name, day in festivals_2026.items():
        assert (festivals_2027[name] - day).days in (354, 355)
    assert calendar.reason_off(festivals_2027["春节"] - timedelta(1)) == "春节"  # 除夕
    assert calendar.reason_off(festivals_2027["端午节"]) == "端午节"
    assert calendar.reason_off(festivals_2027["中秋节"]) == "中秋节"
