from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lianban.clock.calendar import CalendarSnapshot, OutsideCalendar
from lianban.clock.deadlines import SHANGHAI, Deadline, SkippedDay, deadline, local_date, start_of_day
from lianban.clock.limits import Unit

WD, D, INSTANT = Unit.WORKING_DAYS, Unit.NATURAL_DAYS, Unit.INSTANT

with (Path(__file__).parent / "workday_vectors.csv").open(encoding="utf-8") as file:
    VECTORS = [
        pytest.param(
            date.fromisoformat(row["start"]),
            int(row["working_days"]),
            date.fromisoformat(row["deadline"]),
            id=row["why"],
        )
        for row in csv.DictReader(file)
    ]


@pytest.mark.parametrize(("start", "amount", "day"), VECTORS)
def test_working_days(calendar: CalendarSnapshot, start: date, amount: int, day: date) -> None:
    assert deadline(calendar, start, amount, WD).day == day


def test_a_deadline_says_when_it_ends_by_which_calendar_and_what_it_skipped(calendar: CalendarSnapshot) -> None:
    assert deadline(calendar, date(2026, 9, 30), 3, WD) == Deadline(
        day=date(2026, 10, 10),
        ends_at=datetime(2026, 10, 10, 16, 0, tzinfo=UTC),
        calendar_version=calendar.version,
        provisional=False,
        trace=(
            SkippedDay(day=date(2026, 10, 1), reason="国庆节"),
            SkippedDay(day=date(2026, 10, 2), reason="国庆节"),
            SkippedDay(day=date(2026, 10, 3), reason="周六"),
            SkippedDay(day=date(2026, 10, 4), reason="周日"),
            SkippedDay(day=date(2026, 10, 5), reason="国庆节"),
            SkippedDay(day=date(2026, 10, 6), reason="国庆节"),
            SkippedDay(day=date(2026, 10, 7), reason="国庆节"),
        ),
    )


def test_a_deadline_travels_as_json(calendar: CalendarSnapshot) -> None:
    due = deadline(calendar, date(2026, 9, 30), 3, WD)
    assert Deadline.model_validate_json(due.model_dump_json()) == due


@pytest.mark.parametrize(
    ("start", "amount", "day", "skipped"),
    [
        (date(2026, 3, 2), 3, date(2026, 3, 5), []),
        (date(2026, 3, 4), 3, date(2026, 3, 9), ["周六", "周日"]),  # ends on a Saturday
        (date(2026, 2, 7), 7, date(2026, 2, 14), []),  # ends on a Saturday that is worked
        (date(2026, 2, 10), 7, date(2026, 2, 24), ["春节"] * 4 + ["周六", "周日", "春节"]),
        (date(2026, 2, 13), 15, date(2026, 2, 28), []),  # days off inside are counted
    ],
)
def test_natural_days(calendar: CalendarSnapshot, start: date, amount: int, day: date, skipped: list[str]) -> None:
    due = deadline(calendar, start, amount, D)
    assert due.day == day
    assert [each.reason for each in due.trace] == skipped


@pytest.mark.parametrize(
    ("start", "day", "skipped"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), []),
        (date(2026, 2, 14), date(2026, 2, 14), []),
        (date(2026, 3, 7), date(2026, 3, 9), ["周六", "周日"]),
    ],
)
def test_instant(calendar: CalendarSnapshot, start: date, day: date, skipped: list[str]) -> None:
    due = deadline(calendar, start, 0, INSTANT)
    assert due.day == day
    assert [each.reason for each in due.trace] == skipped


@pytest.mark.parametrize(
    ("start", "amount", "unit", "provisional"),
    [
        (date(2026, 12, 30), 1, WD, False),
        (date(2026, 12, 30), 2, WD, True),
        (date(2026, 12, 31), 1, WD, True),
        (date(2026, 12, 1), 30, D, False),
        (date(2026, 12, 1), 31, D, True),
        (date(2026, 12, 31), 0, INSTANT, False),
        (date(2027, 1, 1), 0, INSTANT, True),
        (date(2027, 12, 31), 20, WD, True),
    ],
)
def test_a_deadline_that_touches_a_year_without_notice_is_provisional(
    calendar: CalendarSnapshot, start: date, amount: int, unit: Unit, provisional: bool
) -> None:
    assert deadline(calendar, start, amount, unit).provisional is provisional


def test_beyond_the_calendar_counting_goes_on(calendar: CalendarSnapshot) -> None:
    due = deadline(calendar, date(2028, 9, 28), 3, WD)
    assert due.day == date(2028, 10, 5)
    assert [each.reason for each in due.trace] == ["周六", "周日", "国庆节", "国庆节"]
    assert due.provisional


@pytest.mark.parametrize(("amount", "unit"), [(0, WD), (-1, WD), (0, D), (1, INSTANT)])
def test_an_amount_that_does_not_fit_its_unit_is_refused(calendar: CalendarSnapshot, amount: int, unit: Unit) -> None:
    with pytest.raises(ValueError, match="时限须"):
        deadline(calendar, date(2026, 3, 2), amount, unit)


@pytest.mark.parametrize("unit", [WD, D])
def test_a_start_outside_the_calendar_is_refused(calendar: CalendarSnapshot, unit: Unit) -> None:
    for start in (date(2003, 12, 31), date(9999, 12, 31)):
        with pytest.raises(OutsideCalendar):
            deadline(calendar, start, 1, unit)


def test_an_instant_is_no_start(calendar: CalendarSnapshot) -> None:
    with pytest.raises(TypeError):
        deadline(calendar, datetime(2026, 3, 2, tzinfo=UTC), 1, WD)


def test_local_date_is_that_of_shanghai_wherever_the_instant_was_written() -> None:
    assert local_date(datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert local_date(datetime(2026, 3, 1, 16, 0, tzinfo=UTC)) == date(2026, 3, 2)
    assert local_date(datetime(2026, 3, 1, 20, 0, tzinfo=timezone(timedelta(hours=-5)))) == date(2026, 3, 2)
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime(2026, 3, 1))  # noqa: DTZ001


def test_the_fixed_offset_is_that_of_the_time_zone_in_every_year_covered() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    for year in range(2004, 2100):
        for month in range(1, 13):
            assert datetime(year, month, 1, tzinfo=zone).utcoffset() == SHANGHAI.utcoffset(None)


def test_start_of_day() -> None:
    assert start_of_day(date(2026, 3, 2)) == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert start_of_day(date(2026, 3, 2)).utcoffset() == timedelta(0)
    assert local_date(start_of_day(date(2026, 3, 2))) == date(2026, 3, 2)
