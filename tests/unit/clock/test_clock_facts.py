"""What a clock has gone through, and the dates that follow (clocks.md, Counting 5 and 6; L-STOP, L-EXT-10)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import FLOOR_REASON, start_of_day
from lianban.clock.facts import ClockFacts, Dates, Stop, dates, taken_out, working_days_used
from lianban.clock.lights import lights
from lianban.clock.limits import Light, TimeLimit, Unit

WD, D, INSTANT = Unit.WORKING_DAYS, Unit.NATURAL_DAYS, Unit.INSTANT
DAY = timedelta(days=1)
ORDER = (Light.GREEN, Light.YELLOW, Light.RED)

starts = st.dates(date(2024, 1, 1), date(2027, 6, 30))


@st.composite
def limits(draw: st.DrawFn, *units: Unit) -> TimeLimit:
    unit = draw(st.sampled_from(units or (WD, D, INSTANT)))
    if unit is INSTANT:
        return TimeLimit(unit=unit, promised=0, legal=draw(st.sampled_from([None, 0])))
    promised = draw(st.integers(1, 45))
    return TimeLimit(unit=unit, promised=promised, legal=draw(st.none() | st.integers(promised, promised + 30)))


def stop(began: date, days: int) -> Stop:
    return Stop(began=began, ended=began + days * DAY, reason="特别程序：检测")


@st.composite
def facts(draw: st.DrawFn, *, extended: bool = True) -> ClockFacts:
    started = draw(starts)
    spans = draw(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 25)), max_size=4))
    return ClockFacts(
        started=started,
        stops=tuple(stop(started + after * DAY, days) for after, days in spans),
        extension=draw(st.integers(0, 15)) if extended else 0,
    )


def counted(calendar: CalendarSnapshot, limit: TimeLimit, found: ClockFacts) -> Dates:
    result = dates(calendar, limit, found)
    assert result is not None
    return result


def both(found: Dates) -> list[date]:
    return [found.promised.day, *([found.legal.day] if found.legal else [])]


# -- where it falls ------------------------------------------------------------------------------------------------


@given(limit=limits(), found=facts(), later=st.integers(0, 30))
def test_no_date_falls_on_a_day_off_or_taken_out(
    calendar: CalendarSnapshot, limit: TimeLimit, found: ClockFacts, later: int
) -> None:
    floored = found.model_copy(update={"promised_floor": found.started + later * DAY})
    for each in (found, floored):
        result = counted(calendar, limit, each)
        for deadline in (result.promised, result.legal or result.promised):
            assert calendar.is_working_day(deadline.day)
            assert not any(span.first <= deadline.day <= span.last for span in taken_out(found.own_stops))
            assert all(each.reason for each in deadline.trace)
    assert counted(calendar, limit, floored).promised.day >= found.started + later * DAY


@given(limit=limits(), found=facts(), later=st.integers(0, 40))
def test_who_starts_later_is_never_due_earlier(
    calendar: CalendarSnapshot, limit: TimeLimit, found: ClockFacts, later: int
) -> None:
    """With the same stops, all of them after the later start: what comes before a start is none of its clock's."""
    start = found.started + later * DAY
    stops = tuple(each for each in found.stops if each.began >= start)
    early, late = (found.model_copy(update={"started": each, "stops": stops}) for each in (found.started, start))
    for sooner, after in zip(both(counted(calendar, limit, early)), both(counted(calendar, limit, late)), strict=True):
        assert sooner <= after


@given(limit=limits(), found=facts())
def test_counting_again_gives_the_same(calendar: CalendarSnapshot, limit: TimeLimit, found: ClockFacts) -> None:
    once = dates(calendar, limit, found)
    assert dates(calendar, limit, found) == once
    assert dates(calendar, limit, ClockFacts.model_validate_json(found.model_dump_json())) == once


# -- stops ---------------------------------------------------------------------------------------------------------


@given(limit=limits(), found=facts(), after=st.integers(0, 60), days=st.integers(0, 25))
def test_a_stop_never_shortens(
    calendar: CalendarSnapshot, limit: TimeLimit, found: ClockFacts, after: int, days: int
) -> None:
    more = found.model_copy(update={"stops": (*found.stops, stop(found.started + after * DAY, days))})
    for before, now in zip(both(counted(calendar, limit, found)), both(counted(calendar, limit, more)), strict=True):
        assert before <= now


@given(limit=limits(WD), start=starts, after=st.integers(0, 60), days=st.integers(0, 40))
def test_a_stop_moves_a_limit_in_working_days_by_those_it_takes_out(
    calendar: CalendarSnapshot, limit: TimeLimit, start: date, after: int, days: int
) -> None:
    without = counted(calendar, limit, ClockFacts(started=start)).promised.day
    halt = stop(start + after * DAY, days)
    assert halt.ended is not None
    stopped = counted(calendar, limit, ClockFacts(started=start, stops=(halt,))).promised.day
    if halt.began < without:
        assert stopped == calendar.add_working_days(without, calendar.working_days_between(halt.began, halt.ended))
    else:
        assert stopped == without  # its last day had been used up when it was stopped


@given(limit=limits(WD), start=starts, gaps=st.lists(st.integers(0, 12), min_size=4, max_size=4))
def test_disjoint_stops_add_up(calendar: CalendarSnapshot, limit: TimeLimit, start: date, gaps: list[int]) -> None:
    one = stop(start + gaps[0] * DAY, gaps[1])
    assert one.ended is not None
    two = stop(one.ended + gaps[2] * DAY, gaps[3])
    assert two.ended is not None
    without = counted(calendar, limit, ClockFacts(started=start)).promised.day
    with_one = counted(calendar, limit, ClockFacts(started=start, stops=(one,))).promised.day
    assume(one.began < without)
    assume(two.began < with_one)
    days = sum(calendar.working_days_between(each.began, each.ended or each.began) for each in (one, two))
    with_both = counted(calendar, limit, ClockFacts(started=start, stops=(one, two))).promised.day
    assert with_both == calendar.add_working_days(without, days)


@given(limit=limits(), found=facts(), data=st.data())
def test_overlapping_stops_are_one_and_their_order_is_nothing(
    calendar: CalendarSnapshot, limit: TimeLimit, found: ClockFacts, data: st.DataObject
) -> None:
    """Stops in any order, each twice, and as the single days they take out: always the same dates."""
    whole = both(counted(calendar, limit, found))
    shuffled = tuple(data.draw(st.permutations([*found.stops, *found.stops])))
    assert both(counted(calendar, limit, found.model_copy(update={"stops": shuffled}))) == whole
    days = {
        each.began + number * DAY
        for each in found.stops
        if each.ended is not None
        for number in range((each.ended - each.began).days)
    }
    singles = tuple(stop(day, 1) for day in days)
    assert both(counted(calendar, limit, found.model_copy(update={"stops": singles}))) == whole


@given(limit=limits(), found=facts(), after=st.integers(0, 60))
def test_while_a_stop_is_open_there_is_no_date(
    calendar: CalendarSnapshot, limit: TimeLimit, found: ClockFacts, after: int
) -> None:
    under_way = Stop(began=found.started + after * DAY, reason="特别程序：听证")
    assert dates(calendar, limit, found.model_copy(update={"stops": (*found.stops, under_way)})) is None


@given(found=facts(), until=st.integers(0, 90), limit=limits(WD))
def test_what_is_used_reaches_the_promise_on_its_last_day(
    calendar: CalendarSnapshot, found: ClockFacts, until: int, limit: TimeLimit
) -> None:
    found = found.model_copy(update={"extension": 0})
    last = counted(calendar, limit, found).promised.day
    assert working_days_used(calendar, found, last) == limit.promised
    day = found.started + until * DAY
    assert (working_days_used(calendar, found, day) >= limit.promised) == (day >= last)


def test_a_stop_that_begins_and_ends_on_one_day_takes_out_nothing(calendar: CalendarSnapshot) -> None:
    limit = TimeLimit(unit=WD, promised=3)
    start = date(2026, 3, 2)
    for day in range(8):
        found = ClockFacts(started=start, stops=(stop(start + day * DAY, 0),))
        assert counted(calendar, limit, found).promised.day == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("began", "ended", "last"),
    [
        (3, 4, 6),  # takes out the 4th
        (4, 9, 10),  # the 5th, 6th and 9th; the weekend counts for nobody
        (6, 8, 5),  # after the last day
        (5, 10, 5),  # begun on the last day, which is used: nothing is left for afterwards
        (2, 2, 5),
        (2, 3, 6),  # begun on the day that is not counted anyway
    ],
)
def test_days_a_stop_takes_out(calendar: CalendarSnapshot, began: int, ended: int, last: int) -> None:
    """Counting 5: three working days from Monday 2 March 2026 are over on the 5th."""
    halt = Stop(began=date(2026, 3, began), ended=date(2026, 3, ended), reason="特别程序：检测")
    found = ClockFacts(started=date(2026, 3, 2), stops=(halt,))
    assert counted(calendar, TimeLimit(unit=WD, promised=3), found).promised.day == date(2026, 3, last)


# -- extension and floor -------------------------------------------------------------------------------------------


@given(limit=limits(WD), found=facts(extended=False), days=st.integers(1, 15))
def test_an_extension_is_so_many_working_days_after_the_limit(
    calendar: CalendarSnapshot, limit: TimeLimit, found: ClockFacts, days: int
) -> None:
    longer = TimeLimit(
        unit=WD, promised=limit.promised + days, legal=None if limit.legal is None else limit.legal + days
    )
    extended = found.model_copy(update={"extension": days})
    assert both(counted(calendar, limit, extended)) == both(counted(calendar, longer, found))
    broken = counted(calendar, limit, extended.model_copy(update={"promise_extended": False}))
    assert broken.promised == counted(calendar, limit, found).promised
    assert broken.legal == counted(calendar, limit, extended).legal


def test_a_floor_says_why(calendar: CalendarSnapshot) -> None:
    found = ClockFacts(started=date(2026, 3, 2), promised_floor=date(2026, 3, 7))
    result = counted(calendar, TimeLimit(unit=WD, promised=2, legal=10), found)
    assert both(result) == [date(2026, 3, 9), date(2026, 3, 16)]  # Saturday the 7th is moved on
    assert [(each.day.day, each.reason) for each in result.promised.trace] == [
        (4, FLOOR_REASON),
        (7, "周六"),
        (8, "周日"),
    ]


# -- lights --------------------------------------------------------------------------------------------------------


@given(limit=limits(WD, D), found=facts(extended=False))
def test_a_light_turns_on_a_day_that_counts(calendar: CalendarSnapshot, limit: TimeLimit, found: ClockFacts) -> None:
    spans = taken_out(found.own_stops)
    promised = counted(calendar, limit, found).promised
    turns = lights(calendar, found.started, promised, limit, spans)
    assert calendar.is_working_day(turns.yellow_from)
    assert not any(span.first <= turns.yellow_from <= span.last for span in spans)
    left = working_days_used(calendar, found, promised.day) - working_days_used(
        calendar, found, turns.yellow_from - DAY
    )
    total = working_days_used(calendar, found, promised.day)
    assert left == 1 or left * 5 <= total < (left + 1) * 5
    assert turns.red_from == promised.day + DAY


@given(limit=limits(WD, D), found=facts(), days=st.lists(st.integers(0, 120), min_size=2, max_size=10))
def test_lights_go_from_green_over_yellow_to_red(
    calendar: CalendarSnapshot, limit: TimeLimit, found: ClockFacts, days: list[int]
) -> None:
    turns = lights(calendar, found.started, counted(calendar, limit, found).promised, limit, taken_out(found.own_stops))
    seen = [turns.at(start_of_day(found.started + each * DAY)) for each in sorted(days)]
    assert seen == sorted(seen, key=ORDER.index)


@given(limit=limits(WD), start=starts, after=st.integers(0, 60), days=st.integers(0, 25))
def test_a_stop_makes_no_light_earlier(
    calendar: CalendarSnapshot, limit: TimeLimit, start: date, after: int, days: int
) -> None:
    def turning(found: ClockFacts) -> tuple[date, date]:
        promised = counted(calendar, limit, found).promised
        turns = lights(calendar, start, promised, limit, taken_out(found.own_stops))
        return turns.yellow_from, turns.red_from

    plain = turning(ClockFacts(started=start))
    stopped = turning(ClockFacts(started=start, stops=(stop(start + after * DAY, days),)))
    assert plain[0] <= stopped[0]
    assert plain[1] <= stopped[1]
