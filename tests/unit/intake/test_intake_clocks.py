"""Clocks as progress shows them: used and left, stops, and why a date moved."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from fixtures.plans import CALENDAR, MONDAY
from lianban.catalog.terms import SpecialProcedureKind
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.facts import ClockFacts, Stop
from lianban.clock.rules import Rule
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import CaseStatus, Cause, Decision, EventKind
from lianban_intake.cases.clocks import ClockRow, clock_of
from lianban_intake.cases.moves import shown
from lianban_intake.cases.rules import rule_of
from lianban_intake.cases.schemas import ClockShown
from lianban_intake.events.moves import Days, Move

START = date(2026, 3, 2)
TESTING = Stop(began=date(2026, 3, 4), planned=date(2026, 3, 11), reason="特别程序：检测")


def clock(facts: ClockFacts, until: date, promised: date | None = None, legal: date | None = None) -> ClockShown:
    found = clock_of(ClockRow(promised, legal, None, facts.model_dump(mode="json"), None), CALENDAR, until)
    assert found is not None
    return found


def test_a_clock_that_nothing_moved_counts_from_its_start() -> None:
    row = ClockRow(date(2026, 3, 9), date(2026, 3, 30), START, None, None)
    found = clock_of(row, CALENDAR, date(2026, 3, 4))
    assert found == ClockShown(
        started=START, stopped=False, used=2, left=3, legal_left=18, extension=0, stops=(), moves=()
    )


def test_left_is_negative_by_the_working_days_it_is_over() -> None:
    found = clock(ClockFacts(started=START), date(2026, 3, 17), date(2026, 3, 13), date(2026, 3, 30))
    assert (found.used, found.left, found.legal_left) == (11, -2, 9), "the weekend between counts for nothing"
    assert clock(ClockFacts(started=START), date(2026, 3, 14), date(2026, 3, 13)).left == 0, "a Saturday"
    assert clock(ClockFacts(started=START), date(2026, 3, 13), date(2026, 3, 13)).left == 0, "its last day"


def test_while_it_is_stopped_nothing_is_used_and_nothing_left_can_be_said() -> None:
    found = clock(ClockFacts(started=START, stops=(TESTING,)), date(2026, 3, 20))
    assert (found.stopped, found.used, found.left, found.legal_left) == (True, 2, None, None)
    [stop] = found.stops
    assert (stop.reason, stop.began, stop.planned, stop.ended) == (
        "特别程序：检测", date(2026, 3, 4), date(2026, 3, 11), None,
    )  # fmt: skip


def test_days_of_stops_are_not_used_once_though_two_overlap() -> None:
    ended = TESTING.model_copy(update={"ended": date(2026, 3, 10)})
    other = Stop(began=date(2026, 3, 6), ended=date(2026, 3, 12), reason="特别程序：听证")
    facts = ClockFacts(started=START, stops=(ended, other), extension=10)
    found = clock(facts, date(2026, 3, 16), date(2026, 3, 31))
    assert (found.used, found.extension, found.stopped) == (4, 10, False), "2 before, 13 and 16 March after"


def test_a_step_without_a_clock_has_none() -> None:
    assert clock_of(ClockRow(None, None, None, None, None), CALENDAR, START) is None


def test_a_case_older_than_the_calendar_shows_its_clock_without_counting() -> None:
    short = CalendarSnapshot(version="short", first_year=2027, last_year=2027, holidays={}, workdays={})
    row = ClockRow(date(2026, 3, 9), None, START, None, None)
    found = clock_of(row, short, date(2026, 3, 4))
    assert found is not None
    assert (found.started, found.used, found.left) == (START, None, None)


WAS, LATER = Days(promised=START, legal=date(2026, 3, 30)), Days(promised=date(2026, 3, 9), legal=date(2026, 4, 8))


@pytest.mark.parametrize(
    ("fields", "reason", "text"),
    [
        (
            {"kind": "step.stopped", "was": WAS, "procedure": "testing", "days": 5, "until": date(2026, 3, 11)},
            "stop",
            "因特别程序“检测”停止计时，预计5个工作日，至2026年3月11日；"
            "此前承诺期限为2026年3月2日，法定期限为2026年3月30日，恢复计时后另行计算。",
        ),
        (
            {"kind": "step.resumed", "was": WAS, "due": LATER, "procedure": SpecialProcedureKind.TESTING},
            "stop",
            "特别程序“检测”结束；承诺期限由2026年3月2日改为2026年3月9日；法定期限由2026年3月30日改为2026年4月8日。",
        ),
        (
            {"kind": "step.extended", "was": WAS, "due": WAS.model_copy(update={"legal": LATER.legal}), "days": 7},
            "extension",
            "经部门负责人批准，延长7个工作日；承诺期限仍为2026年3月2日；法定期限由2026年3月30日改为2026年4月8日。",
        ),
        (
            {"kind": "case.extended", "was": Days(promised=START), "due": Days(promised=LATER.promised), "days": 15},
            "extension",
            "经本级政府负责人批准，延长15个工作日；承诺期限由2026年3月2日改为2026年3月9日。",
        ),
        (
            {"kind": "step.supplement_requested", "until": date(2026, 3, 30), "was": Days(promised=START)},
            "supplement",
            "告知申请人补正，停止计时，应于2026年3月30日前（含当日）补正；"
            "此前承诺期限为2026年3月2日，恢复计时后另行计算。",
        ),
        (
            {"kind": "step.supplement_received", "due": Days(promised=START)},
            "supplement",
            "收到全部补正材料，自收到之日起重新计时；承诺期限为2026年3月2日。",
        ),
        (
            {"kind": "case.redated", "was": Days(promised=START), "due": Days(promised=LATER.promised)},
            "calendar",
            "工作日历有新的安排，期限重新计算；承诺期限由2026年3月2日改为2026年3月9日。",
        ),
        ({"kind": "case.stopped"}, "stop", "在办环节全部停止计时，办件停止计时。"),
        ({"kind": "case.light"}, None, "办件亮灯。"),
    ],
)
def test_why_a_date_moved_is_said_in_chinese(fields: dict[str, Any], reason: str | None, text: str) -> None:
    said = shown(7, Move(at=MONDAY, **fields))
    assert (said.seq, said.reason, said.text_zh) == (7, reason, text)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"kind": EventKind.STEP_STOPPED}, Rule.STOP),
        ({"kind": EventKind.STEP_EXTENDED}, Rule.EXT_10),
        ({"kind": EventKind.CASE_EXTENDED}, Rule.EXT_15),
        ({"kind": EventKind.STEP_OVERRIDDEN, "overrides": Rule.ONCE}, Rule.ONCE),
        ({"kind": EventKind.CASE_ACCEPTED, "cause": Cause.DEEMED}, Rule.ACCEPT_5),
        ({"kind": EventKind.CASE_ACCEPTED}, None),
        ({"kind": EventKind.STEP_DECIDED, "decision": Decision.REFUSED}, Rule.REFUSE),
        ({"kind": EventKind.STEP_DECIDED, "decision": Decision.GRANTED}, None),
    ],
)
def test_events_name_the_rule_they_follow(fields: dict[str, Any], rule: Rule | None) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    assert rule_of(CaseEvent(seq=1, at=at, case_status=CaseStatus.IN_PROGRESS, **fields)) is rule
