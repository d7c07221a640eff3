from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
from hypothesis import assume, given
from hypothesis import strategies as st

from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import deadline, local_date, start_of_day
from lianban.clock.lights import light_at, lights, next_change
from lianban.clock.limits import Light, TimeLimit, Unit

WD, D, INSTANT = Unit.WORKING_DAYS, Unit.NATURAL_DAYS, Unit.INSTANT

starts = st.dates(date(2004, 1, 1), date(2030, 12, 31))
amounts = st.integers(1, 60)
limits = st.one_of(
    st.tuples(st.integers(1, 60), st.sampled_from([WD, D])),
    st.just((0, INSTANT)),
)
ORDER = (Light.GREEN, Light.YELLOW, Light.RED)


@given(start=st.dates(date(2004, 1, 1), date(2025, 12, 31)), amount=amounts)
def test_counting_as_the_public_calendar_counts(calendar: CalendarSnapshot, start: date, amount: int) -> None:
    day = start
    while amount_left := amount - len(chinese_calendar.get_workdays(start + timedelta(1), day)):
        day += timedelta(days=amount_left)
        while not chinese_calendar.is_workday(day):
            day += timedelta(days=1)
    assert deadline(calendar, start, amount, WD).day == day


@given(start=starts, amount=amounts)
def test_counting_back_gives_the_working_days_promised(calendar: CalendarSnapshot, start: date, amount: int) -> None:
    due = deadline(calendar, start, amount, WD)
    assert calendar.working_days_between(start, due.day) == amount
    assert due.day == calendar.add_working_days(start, amount)
    assert (due.day - start).days == amount + len(due.trace)


@given(start=starts, limit=limits)
def test_no_deadline_falls_on_a_day_off(calendar: CalendarSnapshot, start: date, limit: tuple[int, Unit]) -> None:
    due = deadline(calendar, start, *limit)
    assert calendar.is_working_day(due.day)
    assert due.day >= start + timedelta(days=limit[0])
    assert all(calendar.reason_off(each.day) == each.reason != "" for each in due.trace)
    assert all(start <= each.day < due.day for each in due.trace)


@given(start=starts, later=st.integers(0, 40), limit=limits)
def test_who_starts_later_is_never_due_earlier(
    calendar: CalendarSnapshot, start: date, later: int, limit: tuple[int, Unit]
) -> None:
    assert deadline(calendar, start, *limit).day <= deadline(calendar, start + timedelta(days=later), *limit).day


@given(start=starts, amount=amounts, unit=st.sampled_from([WD, D]))
def test_a_longer_limit_never_ends_earlier(calendar: CalendarSnapshot, start: date, amount: int, unit: Unit) -> None:
    shorter, longer = (deadline(calendar, start, each, unit).day for each in (amount, amount + 1))
    assert shorter <= longer
    assert unit is D or shorter < longer


@given(start=starts, limit=limits)
def test_counting_again_or_by_a_window_gives_the_same_deadline(
    calendar: CalendarSnapshot, start: date, limit: tuple[int, Unit]
) -> None:
    once = deadline(calendar, start, *limit)
    assert deadline(calendar, start, *limit) == once
    assume(start.year <= calendar.last_year)
    assert deadline(calendar.window(start.year, start.year + 1), start, *limit) == once


@given(start=starts, limit=limits)
def test_a_deadline_ends_with_its_day(calendar: CalendarSnapshot, start: date, limit: tuple[int, Unit]) -> None:
    due = deadline(calendar, start, *limit)
    assert local_date(due.ends_at - timedelta(microseconds=1)) == due.day
    assert local_date(due.ends_at) == due.day + timedelta(days=1)


@given(start=starts, limit=limits, hours=st.lists(st.integers(0, 24 * 120), min_size=2, max_size=20))
def test_lights_only_ever_move_from_green_over_yellow_to_red(
    calendar: CalendarSnapshot, start: date, limit: tuple[int, Unit], hours: list[int]
) -> None:
    promise = (start, deadline(calendar, start, *limit), TimeLimit(unit=limit[1], promised=limit[0]))
    seen = [
        light_at(calendar, *promise, start_of_day(start) + timedelta(hours=each, minutes=30)) for each in sorted(hours)
    ]
    assert seen == sorted(seen, key=ORDER.index)


@given(start=starts, limit=limits)
def test_following_the_changes_passes_through_yellow_to_red(
    calendar: CalendarSnapshot, start: date, limit: tuple[int, Unit]
) -> None:
    promised = deadline(calendar, start, *limit)
    promise = (start, promised, TimeLimit(unit=limit[1], promised=limit[0]))
    now = start_of_day(start)
    seen = [light_at(calendar, *promise, now)]
    while change := next_change(calendar, *promise, now):
        assert change > now
        now = change
        seen.append(light_at(calendar, *promise, now))
    assert now == promised.ends_at
    assert seen == list(ORDER) or (limit[1] is INSTANT and seen == [Light.YELLOW, Light.RED])


@given(start=starts, limit=limits)
def test_at_yellow_no_more_than_a_fifth_or_the_last_day_is_left(
    calendar: CalendarSnapshot, start: date, limit: tuple[int, Unit]
) -> None:
    promised = deadline(calendar, start, *limit)
    found = lights(calendar, start, promised, TimeLimit(unit=limit[1], promised=limit[0]))
    total = calendar.working_days_between(start, promised.day)
    left = calendar.working_days_between(found.yellow_from - timedelta(days=1), promised.day)
    assert left == 1 or left * 5 <= total < (left + 1) * 5
    assert calendar.is_working_day(found.yellow_from)
