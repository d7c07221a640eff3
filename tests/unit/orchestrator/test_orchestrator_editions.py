"""A case keeps to the rules it began with: what came with a later edition does not happen to it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fixtures.plans import CALENDAR, MONDAY, act_of, decide, make_plan, make_step, working_days
from lianban.catalog.plan import Plan
from lianban.catalog.terms import DeliveryMode, RefusalPolicy, StepKind
from lianban.clock.deadlines import local_date, start_of_day, within_its_day
from lianban.clock.rules import Rule
from lianban.contracts.acts import Refusal, Supplement
from lianban.contracts.case import CASE_EDITION
from lianban.contracts.status import ActKind, Decision, DeliveryState, StepState
from lianban_orchestrator.domain import acts, timing
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.refusals import ActRefused

DAY = timedelta(days=1)
BEFORE = 2
"""The edition before what is examined here."""


def started(plan: Plan, edition: int) -> CaseMachine:
    machine = CaseMachine("case", plan, CALENDAR, MONDAY, DeliveryMode.COURIER, edition)
    machine.accept(MONDAY)
    machine.start_ready(MONDAY)
    return machine


@pytest.mark.parametrize(("edition", "ended", "last"), [(BEFORE, 10, 17), (CASE_EDITION, 9, 16)])
def test_what_ends_at_midnight_ends_on_the_day_that_is_over(edition: int, ended: int, last: int) -> None:
    """A public notice of five working days, from Monday the 2nd to the 9th, and then five working days."""
    notice = make_step("n", kind=StepKind.NOTICE, limit=working_days(5))
    machine = started(make_plan(notice, make_step("b", after=("n",), limit=working_days(5))), edition)
    midnight = start_of_day(date(2026, 3, 10))
    [event] = timing.tick(machine, midnight)
    assert local_date(event.at) == date(2026, 3, ended)
    [(step, _)] = machine.start_ready(midnight)
    assert step.clock is not None
    assert step.clock.due is not None
    assert step.clock.due.promised == date(2026, 3, last)


def test_only_midnight_belongs_to_the_day_before() -> None:
    midnight = start_of_day(date(2026, 3, 10))
    assert local_date(within_its_day(midnight)) == date(2026, 3, 9)
    for later in (midnight + timedelta(microseconds=1), midnight - timedelta(hours=5)):
        assert within_its_day(later) == later


@pytest.mark.parametrize("edition", [BEFORE, CASE_EDITION])
def test_what_was_supplemented_has_to_be_accepted(edition: int) -> None:
    machine = started(make_plan(make_step("a")), edition)
    acts.apply(machine, act_of("a", ActKind.REQUEST_SUPPLEMENT, occurred_at=MONDAY), MONDAY)
    acts.apply_supplement(machine, Supplement(act_id="s", step="a"), MONDAY + DAY)
    act = act_of("a", ActKind.NOT_ACCEPT, occurred_at=MONDAY + DAY)
    if edition == BEFORE:
        acts.apply(machine, act, MONDAY + DAY)
        assert machine.steps["a"].state is StepState.NOT_ACCEPTED
        return
    with pytest.raises(ActRefused) as caught:
        acts.apply(machine, act, MONDAY + DAY)
    assert (caught.value.refusal, caught.value.rule) == (Refusal.MUST_BE_ACCEPTED, Rule.SUPPLEMENT)


@pytest.mark.parametrize("edition", [BEFORE, CASE_EDITION])
@pytest.mark.parametrize("granted", [False, True])
def test_a_withdrawal_leaves_no_refusal_untold(edition: int, granted: bool) -> None:
    """L-REFUSE: the reasons and the way to appeal are owed in writing, whatever becomes of the rest."""
    policy = RefusalPolicy.INDEPENDENT
    machine = started(make_plan(*(make_step(code, policy=policy) for code in "abc")), edition)
    [refusal] = acts.apply(machine, decide("a", Decision.REFUSED), MONDAY)
    if granted:
        acts.apply(machine, decide("b"), MONDAY)
    assert machine.take_shipment(MONDAY) is None
    machine.withdraw(MONDAY, "w")
    ready = machine.take_shipment(MONDAY)
    if edition == BEFORE and not granted:
        assert (ready, machine.closed) == (None, True)
        return
    assert ready is not None
    shipment, _ = ready
    assert (shipment.refusals, shipment.final, machine.closed) == ((refusal.seq,), False, False)
    assert shipment.mode is (DeliveryMode.COURIER if granted else DeliveryMode.ELECTRONIC)
    assert machine.take_shipment(MONDAY) is None
    machine.move_delivery(1, DeliveryState.SIGNED, MONDAY)
    assert machine.closed
