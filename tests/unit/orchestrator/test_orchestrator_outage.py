"""A supplement handed in on time while we were away is not too late: the first look after the outage grants a grace."""

from datetime import datetime, timedelta

import pytest

from fixtures.plans import CALENDAR, MONDAY, act_of, make_plan, make_step
from lianban.catalog.terms import AcceptanceMode, DeliveryMode
from lianban.contracts.acts import Supplement
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import ActKind, CaseStatus, StepState
from lianban_orchestrator.domain import acts, timing
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.supplements import GRACE

LATE = timedelta(hours=5)


def awaiting(acceptance: AcceptanceMode) -> tuple[CaseMachine, str, datetime]:
    """A case that waits for a supplement, the step it is for, and when its time is over."""
    machine = CaseMachine(
        "case", make_plan(make_step("a"), acceptance=acceptance), CALENDAR, MONDAY, DeliveryMode.COURIER
    )
    step = ACCEPTANCE_STEP
    if acceptance is AcceptanceMode.ON_FILING:
        step = "a"
        machine.accept(MONDAY)
        machine.start_ready(MONDAY)
    department = "lead" if step == ACCEPTANCE_STEP else "dept-of-a"
    request = act_of(step, ActKind.REQUEST_SUPPLEMENT, department=department, occurred_at=MONDAY)
    acts.apply(machine, request, MONDAY)
    supplements = machine.supplements if step == ACCEPTANCE_STEP else machine.steps["a"].supplements
    assert supplements.waits_until is not None
    return machine, step, supplements.waits_until


@pytest.mark.parametrize("acceptance", AcceptanceMode)
def test_what_was_handed_in_during_an_outage_still_counts(acceptance: AcceptanceMode) -> None:
    machine, step, over = awaiting(acceptance)
    back = over + LATE
    assert timing.tick(machine, back) == []
    assert timing.next_instant(machine) == back + GRACE
    handed_in = Supplement(act_id="s", step=step, waited=(LATE + timedelta(hours=1)).total_seconds())
    [event, *_] = acts.apply_supplement(machine, handed_in, back + timedelta(minutes=1))
    assert event.at < over


@pytest.mark.parametrize("acceptance", AcceptanceMode)
def test_the_grace_ends(acceptance: AcceptanceMode) -> None:
    machine, _, over = awaiting(acceptance)
    timing.tick(machine, over + LATE)
    timing.tick(machine, over + LATE + GRACE)
    assert machine.status is CaseStatus.LAPSED or machine.steps["a"].state is StepState.LAPSED


@pytest.mark.parametrize("acceptance", AcceptanceMode)
def test_on_time_there_is_none(acceptance: AcceptanceMode) -> None:
    machine, _, over = awaiting(acceptance)
    timing.tick(machine, over)
    assert machine.status is CaseStatus.LAPSED or machine.steps["a"].state is StepState.LAPSED
