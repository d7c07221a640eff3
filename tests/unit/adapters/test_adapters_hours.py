"""Opening hours by the calendar, and what a gate says of itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import SHANGHAI
from lianban.platform.directory import Channel, Contact, DepartmentEntry, Directory, DirectoryInvalid, OpeningHours
from lianban_adapters.channels.port import Unavailable
from lianban_adapters.isolation.calendars import WorkingDays
from lianban_adapters.isolation.gate import SWITCHED, GateKeeper, backoff, pause_after
from lianban_adapters.isolation.hours import Schedule

CALENDAR = CalendarSnapshot(
    version="test",
    first_year=2026,
    last_year=2026,
    holidays={date(2026, 10, day): "国庆节" for day in (1, 2, 5, 6, 7)},
    workdays={date(2026, 10, 10): "国庆节"},
)
SCHEDULE = Schedule(OpeningHours(), CALENDAR)


def at(day: str, time: str = "12:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (at("2026-09-30", "08:29"), at("2026-09-30", "08:30")),
        (at("2026-09-30", "08:30"), None),
        (at("2026-09-30", "17:29"), None),
        (at("2026-09-30", "17:30"), at("2026-10-08", "08:30")),  # the holiday week lies between
        (at("2026-10-04", "10:00"), at("2026-10-08", "08:30")),
        (at("2026-10-09", "18:00"), at("2026-10-10", "08:30")),  # a Saturday that is worked
        (at("2026-10-10", "12:00"), None),
        (at("2026-10-10", "23:59"), at("2026-10-12", "08:30")),
        (at("2026-10-12", "00:00"), at("2026-10-12", "08:30")),
    ],
)
def test_the_next_opening_is_on_a_working_day(now: datetime, opens: datetime | None) -> None:
    assert SCHEDULE.opens_at(now) == opens


def test_hours_of_every_day_need_no_calendar() -> None:
    schedule = Schedule(OpeningHours(opens="09:00", closes="12:00", working_days_only=False), None)
    assert schedule.opens_at(at("2026-10-03", "10:00")) is None
    assert schedule.opens_at(at("2026-10-03", "12:00")) == at("2026-10-04", "09:00")


def test_working_days_need_one() -> None:
    with pytest.raises(ValueError, match="calendar"):
        Schedule(OpeningHours(), None)


def gate(now: datetime, schedule: Schedule | None = SCHEDULE) -> GateKeeper:
    entry = DepartmentEntry(channel=Channel.REST, endpoint="http://127.0.0.1:1/", secret="whsec_a")
    keeper = GateKeeper("market", entry, schedule, lambda: now)
    keeper.behind = False
    return keeper


def test_a_gate_says_why_it_is_closed_and_when_to_look_again() -> None:
    keeper = gate(at("2026-10-09", "17:29"))
    assert (keeper.obstacle, keeper.closed, keeper.may_try) == (None, None, True)
    keeper.behind = True
    assert (keeper.closed, keeper.may_try) == (None, True)
    assert keeper.obstacle is not None
    keeper.switched = True
    assert (keeper.closed, keeper.may_try) == (SWITCHED, False)
    shut = gate(at("2026-10-10", "08:29"))
    assert shut.closed == "部门系统未到开放时间，2026-10-10 08:30 起发送"
    assert shut.retry_after == timedelta(minutes=1)
    assert gate(at("2026-10-04")).retry_after == timedelta(minutes=5)


def test_after_failures_in_a_row_nothing_is_sent() -> None:
    keeper = gate(at("2026-10-09"), None)
    for _ in range(4):
        keeper.circuit.failed()
        assert keeper.obstacle is None
    keeper.circuit.failed()
    assert "暂停发送" in (keeper.obstacle or "")
    assert timedelta(seconds=25) < keeper.retry_after <= timedelta(seconds=30)


def test_a_task_waits_as_long_as_asked_else_longer_with_each_attempt() -> None:
    assert [backoff(attempts) for attempts in (1, 2, 3, 9, 10, 10_000)] == [1, 2, 4, 256, 300, 300]
    assert pause_after(Unavailable("x", timedelta(minutes=30)), 1) == 1800
    assert pause_after(Unavailable("x"), 4) == 8


async def test_hours_on_working_days_need_a_published_calendar() -> None:
    entry = DepartmentEntry(channel=Channel.INBOX, secret="whsec_a", hours=OpeningHours())
    directory = Directory(departments={"market": entry}, supervisor=Contact())
    with pytest.raises(DirectoryInvalid, match=r"departments\.market\.hours"):
        await WorkingDays(directory, None).read()
    always = Directory(departments={"market": entry.model_copy(update={"hours": None})}, supervisor=Contact())
    assert await WorkingDays(always, None).read() is None


def test_a_newer_calendar_moves_the_next_opening() -> None:
    schedule = Schedule(OpeningHours(), CALENDAR)
    assert schedule.opens_at(at("2026-10-09", "18:00")) == at("2026-10-10", "08:30")
    schedule.calendar = CALENDAR.model_copy(update={"workdays": {}})
    assert schedule.opens_at(at("2026-10-09", "18:00")) == at("2026-10-12", "08:30")
