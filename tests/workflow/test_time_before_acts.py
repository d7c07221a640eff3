"""What had become due before an act was handed in comes before it, though both reach the case in one turn: its worker
was away (docs/decisions/0011)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from workflow_world import Case, StartCase, opened

from fixtures.plans import act_of, decide, make_plan, make_step, working_days
from lianban.catalog.terms import AcceptanceMode, Silence, StepKind
from lianban.clock.deadlines import local_date, start_of_day
from lianban.clock.limits import Light, TimeLimit, Unit
from lianban.clock.rules import Rule
from lianban.contracts.acts import ActOutcome, DepartmentAct, Refusal
from lianban.contracts.events import CaseEvent
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import ActKind, CaseStatus, Cause, Decision, EventKind, StepState

AT_ONCE = TimeLimit(unit=Unit.INSTANT, promised=0, legal=0)
"""Nothing warns of it, so that its end is the first thing that becomes due."""


async def refused(case: Case, act: DepartmentAct, **passed: float) -> tuple[str | None, str]:
    """Why, and by which rule. The case has changed all the same: by time."""
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await case.meet(act, **passed)
    assert isinstance(caught.value.cause, ApplicationError)
    return caught.value.cause.type, caught.value.cause.details[0]


def kinds(outcome: ActOutcome) -> list[EventKind]:
    return [event.kind for event in outcome.events]


async def recorded(case: Case, kind: EventKind) -> CaseEvent:
    services = case.services
    await services.until(lambda: any(event.kind is kind for event in services.recorded))
    return next(event for event in services.recorded if event.kind is kind)


async def test_silence_accepts_before_a_later_acceptance(start_case: StartCase) -> None:
    plan = make_plan(make_step("a"), acceptance=AcceptanceMode.LEAD).model_copy(update={"acceptance_limit": AT_ONCE})
    case = await start_case(plan)
    await case.services.until(lambda: case.services.tasks)
    received = case.today()
    accept = act_of(ACCEPTANCE_STEP, ActKind.ACCEPT, department="lead")
    assert await refused(case, accept, days=6) == (Refusal.ALREADY_ACCEPTED, Rule.ACCEPT_5)
    accepted = await recorded(case, EventKind.CASE_ACCEPTED)
    assert (accepted.cause, accepted.act_id) == (Cause.DEEMED, None)
    progress = await case.progress()
    assert progress.accepted_at is not None
    assert local_date(progress.accepted_at) == received, "not the day the act came"
    assert progress.status is CaseStatus.IN_PROGRESS


async def test_red_comes_before_a_later_decision(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a", limit=AT_ONCE), make_step("b")))
    await opened(case, 2)
    outcome = await case.meet(decide("a"), days=6)
    assert kinds(outcome) == [EventKind.STEP_DECIDED]
    light = await recorded(case, EventKind.STEP_LIGHT)
    assert (light.step, light.light, light.seq) == ("a", Light.RED, outcome.events[0].seq - 1)
    assert [m.light for m in case.services.messages if m.department == "dept-of-a" and m.light] == [Light.RED]


async def test_what_was_handed_in_on_time_is_met_by_no_red(start_case: StartCase) -> None:
    case = await start_case(make_plan(make_step("a", limit=AT_ONCE), make_step("b")))
    await opened(case, 2)
    waited = timedelta(days=3).total_seconds()
    outcome = await case.meet(decide("a", waited=waited), days=6)
    assert kinds(outcome) == [EventKind.STEP_DECIDED]
    step = await case.step("a")
    assert step.ended_at is not None
    assert step.due is not None
    assert local_date(step.ended_at) <= step.due.promised
    assert [event for event in case.services.recorded if event.step == "a"] == []


async def test_a_public_notice_has_ended_before_a_later_objection(start_case: StartCase) -> None:
    notice = make_step("n", kind=StepKind.NOTICE, limit=working_days(3))
    case = await start_case(make_plan(notice, make_step("b", limit=working_days(40))))
    await opened(case, 2)
    due = (await case.step("n")).due
    assert due is not None
    assert await refused(case, decide("n", Decision.REFUSED), days=9) == (Refusal.STEP_NOT_OPEN, Rule.REFUSE)
    ended = await recorded(case, EventKind.STEP_DECIDED)
    assert (ended.cause, ended.state) == (Cause.NOTICE_ENDED, StepState.GRANTED)
    assert ended.at == start_of_day(due.promised + timedelta(days=1)) - timedelta(microseconds=1)


async def test_silence_is_no_objection_before_a_later_one(start_case: StartCase) -> None:
    opinion = make_step("o", kind=StepKind.OPINION, limit=AT_ONCE, silence=Silence.TACIT_OPINION)
    case = await start_case(make_plan(opinion, make_step("b", limit=working_days(40))))
    await opened(case, 2)
    assert await refused(case, decide("o", Decision.REFUSED), days=6) == (Refusal.STEP_NOT_OPEN, Rule.REFUSE)
    ended = await recorded(case, EventKind.STEP_DECIDED)
    assert (ended.cause, ended.state) == (Cause.TACIT_OPINION, StepState.GRANTED)
