"""What is drawn, office hours, and a time ahead of the real one."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.catalogues import CITY
from lianban.clock.deadlines import SHANGHAI, deadline
from lianban.clock.files import load_calendar
from lianban.clock.limits import Unit
from lianban_rehearsal.course.drawing import Course, draw
from lianban_rehearsal.course.eras import later, later_calendar, later_day, years_ahead
from lianban_rehearsal.course.itinerary import Doing, Itinerary, Planned
from lianban_rehearsal.course.office import after, opening, part_of_day
from lianban_rehearsal.delays.distribution import Lognormal
from lianban_rehearsal.delays.profiles import Chance, StepProfile

CALENDAR = load_calendar(CITY / "calendars")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)).map(lambda naive: naive.replace(tzinfo=SHANGHAI))  # noqa: DTZ001
days = st.floats(0, 60)


@given(instants, days)
def test_acts_are_done_in_office_hours(instant: datetime, length: float) -> None:
    done = after(CALENDAR, instant, length)
    assert done > instant
    assert CALENDAR.is_working_day(done.date())
    assert time(9) <= done.time() < time(17)


@given(instants.map(lambda instant: after(CALENDAR, instant, 0)), st.integers(1, 60))
def test_so_many_days_end_on_the_day_the_law_counts(instant: datetime, length: int) -> None:
    assert after(CALENDAR, instant, length).date() == deadline(CALENDAR, instant.date(), length, Unit.WORKING_DAYS).day


@given(instants, days, days)
def test_longer_work_never_ends_earlier(instant: datetime, one: float, other: float) -> None:
    short, long = sorted((one, other))
    assert after(CALENDAR, instant, short) <= after(CALENDAR, instant, long)


def test_part_of_the_office_day() -> None:
    assert [part_of_day(MONDAY.replace(hour=hour)) for hour in (7, 9, 13, 17, 20)] == [0, 0, 0.5, 1, 1]


@given(st.dates(date(2004, 1, 1), date(2071, 12, 31)))
def test_twenty_eight_years_later_the_calendar_is_the_same(day: date) -> None:
    assert later_day(day, 28).weekday() == day.weekday()
    assert later_day(later_day(day, 28), -28) == day


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.integers(1, 45))
def test_deadlines_move_with_the_calendar(start: date, amount: int) -> None:
    moved = later_calendar(CALENDAR, 28)
    due = deadline(CALENDAR, start, amount, Unit.WORKING_DAYS)
    then = deadline(moved, later_day(start, 28), amount, Unit.WORKING_DAYS)
    assert then.day == later_day(due.day, 28)
    assert [later_day(skipped.day, 28) for skipped in due.trace] == [skipped.day for skipped in then.trace]
    assert then.provisional == due.provisional


@given(st.dates(date(2004, 1, 1), date(2040, 12, 31)), st.dates(date(2026, 1, 1), date(2032, 12, 31)))
def test_a_rehearsal_lies_ahead_whenever_it_is_for(start: date, today: date) -> None:
    now = datetime.combine(today, time(12), UTC)
    years = years_ahead(opening(start), now)
    assert years % 28 == 0
    assert later(opening(start), years) > now
    assert years == 0 or later(opening(start), years - 28) < now + timedelta(days=2)


def profile(**changes: object) -> StepProfile:
    return StepProfile(work=Lognormal(3, 8), basis="", **changes)  # type: ignore[arg-type]


def test_what_is_drawn_depends_on_seed_run_and_step_alone() -> None:
    assert draw(profile(), 1, 2, "a") == draw(profile(), 1, 2, "a")
    others = [draw(profile(), *key) for key in ((2, 2, "a"), (1, 3, "a"), (1, 2, "b"))]
    assert len({draw(profile(), 1, 2, "a").work, *(other.work for other in others)}) == 4


@given(st.integers(), st.integers(1, 10_000))
def test_a_chance_more_moves_no_other_luck(seed: int, run: int) -> None:
    plain = draw(profile(), seed, run, "a")
    eventful = draw(profile(supplement=Chance(1, Lognormal(1, 2)), refusal=1.0), seed, run, "a")
    assert eventful.work == plain.work
    assert plain.supplement is None
    assert eventful.supplement is not None
    assert (plain.refused, eventful.refused) == (False, True)


def test_shares_are_shares() -> None:
    drawn = [draw(profile(refusal=0.2, supplement=Chance(0.4, Lognormal(1, 2))), 1, run, "a") for run in range(2000)]
    assert sum(course.refused for course in drawn) / 2000 == pytest.approx(0.2, abs=0.03)
    assert sum(course.supplement is not None for course in drawn) / 2000 == pytest.approx(0.4, abs=0.03)


def carried_out(itinerary: Itinerary, extendable: date | None = None) -> list[Planned]:
    done = []
    while (planned := itinerary.next(CALENDAR, extendable)) is not None:
        done.append(planned)
        itinerary.done(planned)
    return done


def test_a_step_without_events_is_one_act() -> None:
    assert carried_out(Itinerary(Course(work=2), MONDAY, 5)) == [Planned(MONDAY + timedelta(days=2), Doing.END)]


def test_everything_in_its_order() -> None:
    course = Course(work=4, supplement=2, early=0.5, stop=3)
    done = carried_out(Itinerary(course, MONDAY, 5))
    assert [planned.doing for planned in done] == [Doing.ASK, Doing.SUPPLY, Doing.STOP, Doing.RESUME, Doing.END]
    asked, supplied, stopped, resumed, ended = (planned.at.date() for planned in done)
    assert CALENDAR.working_days_between(MONDAY.date(), asked) == 2  # 0.5 of the 4 days in which it may be asked for
    assert CALENDAR.working_days_between(asked, supplied) == 2
    assert CALENDAR.working_days_between(supplied, stopped) == 2  # the work begins anew, half of it before the stop
    assert CALENDAR.working_days_between(stopped, resumed) == 3
    assert CALENDAR.working_days_between(resumed, ended) == 2


def test_what_will_be_late_is_extended_on_the_last_day_of_its_promise() -> None:
    promised = date(2026, 3, 4)
    done = carried_out(Itinerary(Course(work=5, extends=True), MONDAY, 5), promised)
    assert [(planned.doing, planned.at.date()) for planned in done] == [
        (Doing.EXTEND, promised),
        (Doing.END, date(2026, 3, 9)),
    ]
    assert len(carried_out(Itinerary(Course(work=2, extends=True), MONDAY, 5), promised)) == 1
    assert len(carried_out(Itinerary(Course(work=5, extends=True), MONDAY, 5), None)) == 1


def test_an_act_the_case_would_not_have_falls_away() -> None:
    itinerary = Itinerary(Course(work=4, supplement=2, stop=3), MONDAY, 5)
    for doing in (Doing.ASK, Doing.STOP):
        planned = itinerary.next(CALENDAR, None)
        assert planned is not None
        assert planned.doing is doing
        itinerary.refused(planned)
    assert carried_out(itinerary) == [Planned(MONDAY + timedelta(days=4), Doing.END)]
