from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime

import pytest

from lianban.clock.calendar import FIXED_HOLIDAYS, HORIZON, CalendarSnapshot, OutsideCalendar


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 2, 13), ""),
        (date(2026, 2, 14), ""),  # a Saturday worked
        (date(2026, 2, 15), "周日"),
        (date(2026, 2, 16), "春节"),
        (date(2026, 2, 21), "周六"),
        (date(2026, 10, 1), "国庆节"),
        (date(2015, 9, 3), "抗战胜利70周年纪念日"),
    ],
)
def test_reason_off(calendar: CalendarSnapshot, day: date, reason: str) -> None:
    assert calendar.reason_off(day) == reason
    assert calendar.is_working_day(day) is (reason == "")


def test_next_working_day_is_after_the_day_even_when_that_is_worked(calendar: CalendarSnapshot) -> None:
    assert calendar.next_working_day(date(2026, 2, 12)) == date(2026, 2, 13)
    assert calendar.next_working_day(date(2026, 9, 30)) == date(2026, 10, 8)
    assert calendar.working_day_from(date(2026, 2, 12)) == date(2026, 2, 12)
    assert calendar.working_day_from(date(2026, 10, 1)) == date(2026, 10, 8)


def test_adding_working_days(calendar: CalendarSnapshot) -> None:
    assert calendar.add_working_days(date(2026, 10, 1), 0) == date(2026, 10, 1)
    assert calendar.add_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)
    with pytest.raises(ValueError, match="never taken away"):
        calendar.add_working_days(date(2026, 9, 30), -1)


def test_working_days_between_leaves_out_the_start_and_counts_the_end(calendar: CalendarSnapshot) -> None:
    assert calendar.working_days_between(date(2026, 9, 30), date(2026, 10, 10)) == 3
    assert calendar.working_days_between(date(2026, 9, 29), date(2026, 10, 7)) == 1
    assert calendar.working_days_between(date(2026, 9, 30), date(2026, 9, 30)) == 0
    assert calendar.working_days_between(date(2026, 10, 10), date(2026, 9, 30)) == 0
    assert calendar.working_days_between(date(2025, 12, 31), date(2026, 12, 31)) == 248


def test_before_the_first_year_nothing_is_guessed(calendar: CalendarSnapshot) -> None:
    with pytest.raises(OutsideCalendar, match="2003-12-31 不在工作日历范围内（2004 年至 2027 年）"):
        calendar.reason_off(date(2003, 12, 31))


def test_the_error_survives_copying(calendar: CalendarSnapshot) -> None:
    error = OutsideCalendar(date(2003, 12, 31), 2004, 2027)
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (str(twin), twin.day) == (str(error), error.day)


def test_after_the_last_year_weekends_and_fixed_holidays_are_off(calendar: CalendarSnapshot) -> None:
    assert calendar.reason_off(date(2029, 1, 1)) == "元旦"
    assert calendar.reason_off(date(2030, 5, 2)) == "劳动节"
    assert calendar.reason_off(date(2028, 10, 2)) == "国庆节"
    assert calendar.reason_off(date(2028, 1, 1)) == "周六"
    assert calendar.reason_off(date(2028, 1, 26)) == ""  # 春节, which the calendar does not know yet
    for month, day in FIXED_HOLIDAYS:
        assert not calendar.is_working_day(date(2032, month, day))


def test_no_date_however_far_breaks_the_arithmetic(calendar: CalendarSnapshot) -> None:
    assert calendar.is_working_day(date(HORIZON, 12, 31))
    with pytest.raises(OutsideCalendar):
        calendar.next_working_day(date(HORIZON, 12, 31))
    with pytest.raises(OutsideCalendar):
        calendar.add_working_days(date(9999, 1, 1), 500)


def test_provisional_days(calendar: CalendarSnapshot) -> None:
    assert not calendar.is_provisional(date(2026, 12, 31))
    assert calendar.is_provisional(date(2027, 1, 1))
    assert calendar.is_provisional(date(2028, 1, 1))


def test_an_instant_is_no_day(calendar: CalendarSnapshot) -> None:
    with pytest.raises(TypeError, match="not an instant"):
        calendar.is_working_day(datetime(2026, 2, 16, tzinfo=UTC))


def test_a_window_answers_as_the_whole_does_and_stays_small(calendar: CalendarSnapshot) -> None:
    window = calendar.window(2026, 2028)
    assert (window.first_year, window.last_year, window.provisional_years) == (2026, 2027, (2027,))
    assert window.version == calendar.version
    assert len(window.model_dump_json()) < 1500
    assert CalendarSnapshot.model_validate_json(window.model_dump_json()) == window
    day = date(2026, 1, 1)
    while day.year < 2029:
        assert window.reason_off(day) == calendar.reason_off(day)
        assert window.is_provisional(day) == calendar.is_provisional(day)
        day = date.fromordinal(day.toordinal() + 1)
    with pytest.raises(OutsideCalendar):
        window.reason_off(date(2025, 12, 31))


@pytest.mark.parametrize(("asked", "got"), [((2030, 2032), (2027, 2027)), ((1990, 1995), (2004, 2004))])
def test_a_window_beside_the_calendar_keeps_its_nearest_year(
    calendar: CalendarSnapshot, asked: tuple[int, int], got: tuple[int, int]
) -> None:
    window = calendar.window(*asked)
    assert (window.first_year, window.last_year) == got


def test_a_window_of_no_years_is_refused(calendar: CalendarSnapshot) -> None:
    with pytest.raises(ValueError, match="no years"):
        calendar.window(2027, 2026)


def test_a_copy_with_other_days_does_not_remember_those_of_the_original(calendar: CalendarSnapshot) -> None:
    day = date(2026, 3, 4)
    assert calendar.is_working_day(day)
    assert calendar.model_copy(update={"holidays": {day: "节日"}}).reason_off(day) == "节日"
    assert calendar.is_working_day(day)
