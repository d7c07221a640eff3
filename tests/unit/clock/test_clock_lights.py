from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import Deadline, deadline, start_of_day
from lianban.clock.lights import Lights, light_at, lights, next_change
from lianban.clock.limits import Light, TimeLimit, Unit

WD, D, INSTANT = Unit.WORKING_DAYS, Unit.NATURAL_DAYS, Unit.INSTANT
MOMENT = timedelta(microseconds=1)


def _promise(calendar: CalendarSnapshot, started: date, amount: int, unit: Unit) -> tuple[date, Deadline, TimeLimit]:
    return started, deadline(calendar, started, amount, unit), TimeLimit(unit=unit, promised=amount)


@pytest.mark.parametrize(
    ("started", "amount", "unit", "yellow_from", "red_from"),
    [
        # 1 day: its only day is the last one
        (date(2026, 3, 2), 1, WD, date(2026, 3, 3), date(2026, 3, 4)),
        # 5 days: 20 % is one day
        (date(2026, 3, 2), 5, WD, date(2026, 3, 9), date(2026, 3, 10)),
        # 9 days: 20 % is less than two days, so only the last one
        (date(2026, 3, 2), 9, WD, date(2026, 3, 13), date(2026, 3, 14)),
        # 10 days: the last two
        (date(2026, 3, 2), 10, WD, date(2026, 3, 13), date(2026, 3, 17)),
        # 20 days to Monday 30 March: the last four begin on Wednesday 25
        (date(2026, 3, 2), 20, WD, date(2026, 3, 25), date(2026, 3, 31)),
        # 20 days to Thursday 26 March: four are left from Saturday 21 on, yellow waits for Monday 23
        (date(2026, 2, 27), 20, WD, date(2026, 3, 23), date(2026, 3, 27)),
        # natural days: 7 days are five working days
        (date(2026, 3, 2), 7, D, date(2026, 3, 9), date(2026, 3, 10)),
        # natural days: 30 days are 21 working days, 20 % is four
        (date(2026, 3, 2), 30, D, date(2026, 3, 27), date(2026, 4, 2)),
        # natural days moved over a holiday
        (date(2026, 2, 10), 7, D, date(2026, 2, 24), date(2026, 2, 25)),
        # at once: yellow from the beginning
        (date(2026, 3, 2), 0, INSTANT, date(2026, 3, 2), date(2026, 3, 3)),
        (date(2026, 3, 7), 0, INSTANT, date(2026, 3, 9), date(2026, 3, 10)),
    ],
)
def test_when_the_light_changes(
    calendar: CalendarSnapshot, started: date, amount: int, unit: Unit, yellow_from: date, red_from: date
) -> None:
    assert lights(calendar, *_promise(calendar, started, amount, unit)) == Lights(
        yellow_from=yellow_from, red_from=red_from
    )
    assert calendar.is_working_day(yellow_from)


def test_the_light_changes_at_midnight_exactly(calendar: CalendarSnapshot) -> None:
    promise = _promise(calendar, date(2026, 3, 2), 20, WD)
    yellow, red = start_of_day(date(2026, 3, 25)), start_of_day(date(2026, 3, 31))

    def light(now: datetime) -> tuple[Light, datetime | None]:
        return light_at(calendar, *promise, now), next_change(calendar, *promise, now)

    assert light(start_of_day(date(2026, 3, 2))) == (Light.GREEN, yellow)
    assert light(yellow - MOMENT) == (Light.GREEN, yellow)
    assert light(yellow) == (Light.YELLOW, red)
    assert light(red - MOMENT) == (Light.YELLOW, red)
    assert light(red) == (Light.RED, None)
    assert red == promise[1].ends_at


def test_an_instant_promise_is_yellow_all_day(calendar: CalendarSnapshot) -> None:
    promise = _promise(calendar, date(2026, 3, 2), 0, INSTANT)
    assert light_at(calendar, *promise, start_of_day(date(2026, 3, 2))) is Light.YELLOW
    assert light_at(calendar, *promise, start_of_day(date(2026, 3, 3)) - MOMENT) is Light.YELLOW
    assert light_at(calendar, *promise, start_of_day(date(2026, 3, 3))) is Light.RED


def test_a_promise_re_dated_to_its_own_start_is_yellow_from_there(calendar: CalendarSnapshot) -> None:
    started = date(2004, 1, 1)  # nothing before it is known
    promised = deadline(calendar, started, 1, WD).model_copy(update={"day": started})
    found = lights(calendar, started, promised, TimeLimit(unit=WD, promised=20))
    assert found == Lights(yellow_from=started, red_from=date(2004, 1, 2))
