"""A supplement handed in on its last day and carried after it is in time; one handed in after it is not."""

from datetime import datetime, timedelta

import pytest

from fixtures.plans import CALENDAR, MONDAY, act_of, make_plan, make_step
from lianban.catalog.terms import AcceptanceMode, DeliveryMode
from lianban.clock.rules import Rule
from lianban.contracts.acts import Refusal, Supplement
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import ActKind, CaseStatus, StepState
from lianban_orchestrator.domain import acts, timing
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.refusals import ActRefused
from lianban_orchestrator.domain.supplements import GRACE

MINUTE = timedelta(minutes=1)


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
def test_what_was_handed_in_on_the_last_day_still_counts(acceptance: AcceptanceMode) -> None:
    machine, step, lapses = awaiting(acceptance)
    over = lapses - GRACE
    assert timing.tick(machine, over + MINUTE) == []
    assert timing.next_instant(machine) == lapses
    handed_in = Supplement(act_id="s", step=step, waited=(10 * MINUTE).total_seconds())
    [event, *_] = acts.apply_supplement(machine, handed_in, over + MINUTE)
    assert event.at < over


@pytest.mark.parametrize("acceptance", AcceptanceMode)
def test_what_is_handed_in_later_does_not(acceptance: AcceptanceMode) -> None:
    machine, step, lapses = awaiting(acceptance)
    with pytest.raises(ActRefused) as caught:
        acts.apply_supplement(machine, Supplement(act_id="s", step=step), lapses - GRACE)
    assert (caught.value.refusal, caught.value.rule) == (Refusal.SUPPLEMENT_OVER, Rule.SUPPLEMENT)
    timing.tick(machine, lapses)
    assert machine.status is CaseStatus.LAPSED or machine.steps["a"].state is StepState.LAPSED
