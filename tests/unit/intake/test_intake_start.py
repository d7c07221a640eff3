"""What a workflow is started with."""

from __future__ import annotations

from datetime import UTC, datetime

from fixtures.plans import MONDAY, make_case, make_plan, make_step
from lianban.catalog.terms import AcceptanceMode
from lianban.contracts import search_attributes as known
from lianban_intake.outbox.start import attributes_of, summary_of
from lianban_orchestrator.domain.machine import CaseMachine


def test_accepted_on_filing() -> None:
    plan = make_plan(make_step("a"), make_step("b"), make_step("c", after=("a", "b")))
    attributes = attributes_of(make_case("N1", plan))
    assert attributes[known.THEME_CODE] == "T1"
    assert attributes[known.DIVISION_CODE] == "429006"
    assert attributes[known.LEAD_DEPARTMENT] == "lead"
    assert attributes[known.CASE_STATUS] == "in_progress"
    assert attributes[known.LIGHT] == "green"
    assert attributes[known.CHANNEL] == "portal"
    assert attributes[known.CATALOG_VERSION] == "v1"
    assert attributes[known.CALENDAR_VERSION] == "test"
    assert list(attributes[known.PENDING_DEPARTMENTS]) == ["dept-of-a", "dept-of-b"]
    # Twenty working days after Monday 2 March, none a holiday: the start of the last day, in Shanghai.
    assert attributes[known.PROMISED_DUE] == datetime(2026, 3, 29, 16, tzinfo=UTC)


def test_accepted_by_the_lead_department() -> None:
    attributes = attributes_of(make_case("N1", make_plan(make_step("a"), acceptance=AcceptanceMode.LEAD)))
    assert attributes[known.CASE_STATUS] == "received"
    assert list(attributes[known.PENDING_DEPARTMENTS]) == ["lead"]
    assert known.PROMISED_DUE not in attributes


def test_attributes_are_those_the_case_itself_would_tell_first() -> None:
    for acceptance in AcceptanceMode:
        case = make_case("N1", make_plan(make_step("a"), make_step("b", after=("a",)), acceptance=acceptance))
        machine = CaseMachine(case.case_no, case.plan, case.calendar, case.received_at, case.delivery)
        if machine.accepts_on_filing:
            machine.accept(MONDAY)
            machine.start_ready(MONDAY)
        attributes = attributes_of(case)
        assert attributes[known.CASE_STATUS] == machine.status
        assert attributes[known.LIGHT] == machine.light
        assert list(attributes[known.PENDING_DEPARTMENTS]) == machine.pending_departments


def test_summary_is_readable_and_holds_no_personal_data() -> None:
    assert summary_of(make_case("N1", make_plan(make_step("a")))) == "测试一件事 · N1 · 牵头局牵头"
