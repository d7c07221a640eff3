"""The case machine: policies, refusals of acts, outcome, clocks."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fixtures.plans import CALENDAR, MONDAY, act_of, decide, make_plan, make_step, working_days
from lianban.catalog.plan import Plan
from lianban.catalog.terms import AcceptanceMode, DeliveryMode, RefusalPolicy, StepKind
from lianban.clock.limits import Light
from lianban.contracts.acts import DeliveryAct, Refusal
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import (
    ActKind,
    ActorKind,
    CaseStatus,
    Cause,
    Decision,
    DeliveryState,
    EventKind,
    Outcome,
    StepState,
)
from lianban_orchestrator.domain import acts, timing
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.refusals import ActRefused

DAY = timedelta(days=1)


def started(plan: Plan, now: datetime = MONDAY) -> CaseMachine:
    machine = CaseMachine("case", plan, CALENDAR, now, DeliveryMode.COURIER)
    if machine.accepts_on_filing:
        machine.accept(now)
        machine.start_ready(now)
    return machine


def refused_as(machine: CaseMachine, **changes: object) -> Refusal:
    before = machine.progress()
    with pytest.raises(ActRefused) as caught:
        acts.apply(machine, decide("a").model_copy(update=changes), MONDAY)
    assert machine.progress() == before
    return caught.value.refusal


def states(machine: CaseMachine) -> dict[str, StepState]:
    return {code: step.state for code, step in machine.steps.items()}


def test_steps_open_when_those_before_them_have_ended() -> None:
    machine = started(make_plan(make_step("a"), make_step("b"), make_step("c", after=("a", "b"))))
    assert states(machine) == {"a": StepState.OPEN, "b": StepState.OPEN, "c": StepState.WAITING}
    acts.apply(machine, decide("a"), MONDAY)
    assert machine.start_ready(MONDAY) == []
    acts.apply(machine, decide("b"), MONDAY)
    [(step, event)] = machine.start_ready(MONDAY)
    assert step.plan.code == "c"
    assert event.kind is EventKind.STEP_STARTED


def test_gate_cancels_what_depends_on_it_and_nothing_else() -> None:
    machine = started(
        make_plan(make_step("a"), make_step("b"), make_step("c", after=("a",)), make_step("d", after=("c",)))
    )
    acts.apply(machine, decide("a", Decision.REFUSED), MONDAY)
    assert states(machine) == {
        "a": StepState.REFUSED,
        "b": StepState.OPEN,
        "c": StepState.CANCELLED,
        "d": StepState.CANCELLED,
    }
    assert machine.take_withdrawals() == []  # waiting steps were with nobody
    acts.apply(machine, decide("b"), MONDAY)
    assert machine.outcome is Outcome.PARTIAL


@pytest.mark.parametrize("policy", [RefusalPolicy.INDEPENDENT, RefusalPolicy.COLLECT])
def test_independent_and_collect_let_the_others_go_on(policy: RefusalPolicy) -> None:
    machine = started(make_plan(make_step("a", policy=policy), make_step("b", after=("a",), policy=policy)))
    acts.apply(machine, decide("a", Decision.REFUSED), MONDAY)
    assert [step.plan.code for step, _ in machine.start_ready(MONDAY)] == ["b"]
    acts.apply(machine, decide("b"), MONDAY)
    assert machine.outcome is Outcome.PARTIAL


@pytest.mark.parametrize(("asked", "outcome"), [(StepKind.VERIFY, Outcome.GRANTED), (StepKind.DECIDE, Outcome.PARTIAL)])
def test_under_collect_a_negative_answer_is_an_answer_unless_it_is_the_decision(
    asked: StepKind, outcome: Outcome
) -> None:
    collect = RefusalPolicy.COLLECT
    plan = make_plan(make_step("a", kind=asked, policy=collect), make_step("b", after=("a",), policy=collect))
    machine = started(plan)
    acts.apply(machine, decide("a", Decision.REFUSED), MONDAY)
    machine.start_ready(MONDAY)
    acts.apply(machine, decide("b"), MONDAY)
    assert machine.outcome is outcome


def test_nothing_granted_under_collect_is_no_grant() -> None:
    machine = started(make_plan(*(make_step(code, policy=RefusalPolicy.COLLECT) for code in "ab")))
    for code in "ab":
        acts.apply(machine, decide(code, Decision.REFUSED), MONDAY)
    assert machine.outcome is Outcome.REFUSED


def test_all_ends_the_case_as_refused_and_keeps_approvals() -> None:
    plan = make_plan(*(make_step(code, policy=RefusalPolicy.ALL) for code in "abc"))
    machine = started(plan)
    acts.apply(machine, decide("a"), MONDAY)
    acts.apply(machine, decide("b", Decision.REFUSED), MONDAY)
    assert states(machine) == {"a": StepState.GRANTED, "b": StepState.REFUSED, "c": StepState.CANCELLED}
    assert [(step.plan.code, cause) for step, cause in machine.take_withdrawals()] == [("c", Cause.ALL_REFUSED)]
    assert machine.outcome is Outcome.REFUSED
    shipment, _ = machine.take_shipment(MONDAY) or pytest.fail("nothing shipped")
    assert [result.code for result in shipment.results] == ["result-a"]
    machine.move_delivery(1, DeliveryState.SIGNED, MONDAY)
    assert machine.status is CaseStatus.REFUSED


def test_only_verifications_granted_is_no_partial_grant() -> None:
    machine = started(make_plan(make_step("a", kind=StepKind.VERIFY), make_step("b", after=("a",))))
    acts.apply(machine, decide("a"), MONDAY)
    machine.start_ready(MONDAY)
    acts.apply(machine, decide("b", Decision.REFUSED), MONDAY)
    assert machine.outcome is Outcome.REFUSED


def test_acts_that_are_not_possible_change_nothing() -> None:
    machine = started(make_plan(make_step("a"), make_step("b", after=("a",))))
    refusal = {"decision": Decision.REFUSED, "actor": ActorKind.HUMAN, "officer": "o", "document": "d"}
    assert refused_as(machine, step="z") is Refusal.UNKNOWN_STEP
    assert refused_as(machine, department="other") is Refusal.FOREIGN_STEP
    assert refused_as(machine, step="b", department="dept-of-b") is Refusal.STEP_NOT_OPEN
    assert refused_as(machine, decision=None) is Refusal.DECISION_NEEDED
    assert refused_as(machine, **refusal | {"actor": ActorKind.SYSTEM}) is Refusal.HUMAN_NEEDED
    assert refused_as(machine, **refusal | {"officer": None}) is Refusal.HUMAN_NEEDED
    assert refused_as(machine, **refusal | {"document": None}) is Refusal.DOCUMENT_NEEDED
    assert refused_as(machine, step=ACCEPTANCE_STEP) is Refusal.UNKNOWN_STEP
    acts.apply(machine, decide("a", kind=ActKind.ACCEPT), MONDAY)
    assert refused_as(machine, kind=ActKind.ACCEPT) is Refusal.ALREADY_ACCEPTED
    acts.apply(machine, decide("a"), MONDAY)
    assert refused_as(machine) is Refusal.STEP_NOT_OPEN


def test_lead_department_accepts() -> None:
    machine = started(make_plan(make_step("a"), acceptance=AcceptanceMode.LEAD))
    assert machine.pending_departments == ["lead"]
    accept = decide(ACCEPTANCE_STEP, kind=ActKind.ACCEPT, department="lead", decision=None)
    with pytest.raises(ActRefused):
        acts.apply(machine, accept.model_copy(update={"department": "other"}), MONDAY)
    [event] = acts.apply(machine, accept, MONDAY + DAY)
    assert event.kind is EventKind.CASE_ACCEPTED
    assert machine.accepted_at == MONDAY + DAY
    with pytest.raises(ActRefused):
        acts.apply(machine, accept, MONDAY + DAY)


@pytest.mark.parametrize("kind", [ActKind.ACCEPT, ActKind.NOT_ACCEPT, ActKind.REQUEST_SUPPLEMENT])
def test_what_the_lead_department_did_happened_when_it_was_done(kind: ActKind) -> None:
    """Though the platform came round to it days later: that day is in the progress, and in the province's tables."""
    machine = started(make_plan(make_step("a"), acceptance=AcceptanceMode.LEAD))
    waited = (2 * DAY).total_seconds()
    act = act_of(ACCEPTANCE_STEP, kind, department="lead", waited=waited, occurred_at=MONDAY + DAY)
    assert acts.apply(machine, act, MONDAY + 3 * DAY)[-1].at == MONDAY + DAY


def test_what_is_accepted_on_filing_is_accepted_when_it_was_received() -> None:
    machine = CaseMachine("case", make_plan(make_step("a")), CALENDAR, MONDAY, DeliveryMode.COURIER)
    [event] = machine.accept(MONDAY + 2 * DAY)
    assert event.at == machine.accepted_at == MONDAY


def test_silence_accepts_from_the_day_of_receipt() -> None:
    """L-ACCEPT-5: five working days of silence; the clocks count from the day the materials were received."""
    machine = started(make_plan(make_step("a"), acceptance=AcceptanceMode.LEAD))
    sixth_day = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)  # 24:00 of Monday 9 March in Shanghai
    assert timing.tick(machine, sixth_day - timedelta(seconds=1))[-1].kind is EventKind.CASE_LIGHT
    assert machine.status is CaseStatus.RECEIVED
    told, event = timing.tick(machine, sixth_day)
    assert (told.kind, told.light, told.cause) == (EventKind.CASE_LIGHT, Light.RED, Cause.DEEMED)
    assert (event.kind, event.cause) == (EventKind.CASE_ACCEPTED, Cause.DEEMED)
    assert machine.accepted_at == MONDAY
    assert machine.due is not None
    assert machine.due.promised == date(2026, 3, 30)  # 20 working days from 2 March
    [(_, event)] = machine.start_ready(sixth_day)
    assert event.due is not None
    assert (event.due.promised, event.due.legal) == (date(2026, 3, 9), date(2026, 3, 30))


def test_lights_of_a_step_come_once_each() -> None:
    machine = started(make_plan(make_step("a", limit=working_days(5, 10))))
    seen = []
    instant = timing.next_instant(machine)
    while instant is not None and len(seen) < 3:
        told = [e for e in timing.tick(machine, instant) if e.kind is EventKind.STEP_LIGHT]
        seen += [(e.light, e.cause, e.at) for e in told if e.cause is not Cause.STILL_OVERDUE]
        instant = timing.next_instant(machine)
    assert [(light, cause) for light, cause, _ in seen] == [
        (Light.YELLOW, None),
        (Light.RED, Cause.PROMISE_OVERDUE),
        (Light.RED, Cause.LEGAL_OVERDUE),
    ]
    assert [at for _, _, at in seen] == [
        datetime(2026, 3, 8, 16, tzinfo=UTC),  # Monday the 9th begins: the last of five days
        datetime(2026, 3, 9, 16, tzinfo=UTC),  # and is over
        datetime(2026, 3, 16, 16, tzinfo=UTC),
    ]


def test_a_decided_step_rings_no_more() -> None:
    machine = started(make_plan(make_step("a", limit=working_days(1)), make_step("b")))
    acts.apply(machine, decide("a"), MONDAY)
    assert [event for event in timing.tick(machine, MONDAY + 3 * DAY) if event.step == "a"] == []


def test_public_notice_lasts_its_days() -> None:
    machine = started(make_plan(make_step("a", kind=StepKind.NOTICE, limit=working_days(5)), make_step("b")))
    with pytest.raises(ActRefused) as caught:
        acts.apply(machine, decide("a"), MONDAY)
    assert caught.value.refusal is Refusal.TOO_EARLY
    end = datetime(2026, 3, 9, 16, tzinfo=UTC)
    assert "a" not in [event.step for event in timing.tick(machine, end - timedelta(seconds=1))]
    assert [e.cause for e in timing.tick(machine, end) if e.step == "a"] == [Cause.NOTICE_ENDED]
    assert [(step.plan.code, cause) for step, cause in machine.take_withdrawals()] == [("a", Cause.NOTICE_ENDED)]


def test_an_objection_ends_a_public_notice() -> None:
    machine = started(make_plan(make_step("a", kind=StepKind.NOTICE, limit=working_days(5))))
    acts.apply(machine, decide("a", Decision.REFUSED), MONDAY)
    assert machine.outcome is Outcome.REFUSED


def test_withdrawal_takes_back_what_is_open_and_ships_what_was_approved() -> None:
    machine = started(make_plan(make_step("a"), make_step("b"), make_step("c", after=("b",))))
    acts.apply(machine, decide("a"), MONDAY)
    machine.withdraw(MONDAY, "w1")
    assert states(machine) == {"a": StepState.GRANTED, "b": StepState.CANCELLED, "c": StepState.CANCELLED}
    assert [step.plan.code for step, _ in machine.take_withdrawals()] == ["b"]
    assert not machine.closed
    assert machine.take_shipment(MONDAY) is not None
    machine.move_delivery(1, DeliveryState.SIGNED, MONDAY)
    assert machine.closed
    assert machine.status is CaseStatus.WITHDRAWN
    with pytest.raises(ActRefused):
        machine.check_withdraw()


def test_nothing_to_withdraw_after_the_last_decision() -> None:
    machine = started(make_plan(make_step("a")))
    acts.apply(machine, decide("a"), MONDAY)
    with pytest.raises(ActRefused) as caught:
        machine.withdraw(MONDAY, "w1")
    assert caught.value.refusal is Refusal.TOO_LATE


def test_a_result_does_not_wait_longer_than_the_law_lets_it() -> None:
    """L-DELIVER-10: the clock starts at each decision; a part leaves before its promise has passed."""
    machine = started(make_plan(make_step("a"), make_step("b", limit=working_days(30))))
    acts.apply(machine, decide("a"), MONDAY)
    assert machine.take_shipment(MONDAY) is None
    last_day = datetime(2026, 3, 8, 16, tzinfo=UTC)
    timing.tick(machine, last_day)
    part, event = machine.take_shipment(last_day) or pytest.fail("nothing shipped")
    assert (part.final, event.shipment) == (False, 1)
    machine.move_delivery(1, DeliveryState.SIGNED, last_day)
    assert machine.status is CaseStatus.IN_PROGRESS
    acts.apply(machine, decide("b"), last_day)
    final, _ = machine.take_shipment(last_day) or pytest.fail("nothing shipped")
    assert (final.number, final.final, [r.code for r in final.results]) == (2, True, ["result-b"])
    machine.move_delivery(2, DeliveryState.SIGNED, last_day)
    assert machine.status is CaseStatus.COMPLETED


def test_tracking_out_of_order_and_repeated() -> None:
    machine = started(make_plan(make_step("a")))
    acts.apply(machine, decide("a"), MONDAY)
    machine.take_shipment(MONDAY)
    assert machine.move_delivery(1, DeliveryState.IN_TRANSIT, MONDAY)
    assert machine.move_delivery(1, DeliveryState.PICKED_UP, MONDAY) == []
    assert machine.move_delivery(1, DeliveryState.IN_TRANSIT, MONDAY) == []
    assert machine.move_delivery(1, DeliveryState.SIGNED, MONDAY)[-1].kind is EventKind.CASE_COMPLETED
    with pytest.raises(ActRefused) as caught:
        machine.check_delivery(DeliveryAct(act_id="x", state=DeliveryState.SIGNED, occurred_at=MONDAY))
    assert caught.value.refusal is Refusal.CASE_CLOSED


def test_what_came_back_is_handed_over_at_the_window() -> None:
    machine = started(make_plan(make_step("a")))
    acts.apply(machine, decide("a"), MONDAY)
    machine.take_shipment(MONDAY)
    machine.move_delivery(1, DeliveryState.PICKED_UP, MONDAY)
    assert timing.next_instant(machine) is None
    machine.move_delivery(1, DeliveryState.RETURNED, MONDAY + DAY)
    assert timing.next_instant(machine) is not None  # somebody is reminded of it
    courier = DeliveryAct(act_id="x", state=DeliveryState.SIGNED, occurred_at=MONDAY)
    assert machine.move_delivery(1, DeliveryState.SIGNED, MONDAY + DAY, courier) == []  # by the sender
    window = courier.model_copy(update={"collected": True})
    assert machine.move_delivery(1, DeliveryState.SIGNED, MONDAY + DAY, window)[-1].kind is EventKind.CASE_COMPLETED


def test_a_returned_part_holds_the_case_back() -> None:
    machine = started(make_plan(make_step("a"), make_step("b", limit=working_days(30))))
    acts.apply(machine, decide("a"), MONDAY)
    timing.tick(machine, MONDAY + 7 * DAY)
    machine.take_shipment(MONDAY + 7 * DAY)
    machine.move_delivery(1, DeliveryState.RETURNED, MONDAY + 7 * DAY)
    acts.apply(machine, decide("b"), MONDAY + 7 * DAY)
    machine.take_shipment(MONDAY + 7 * DAY)
    machine.move_delivery(2, DeliveryState.SIGNED, MONDAY + 7 * DAY)
    assert machine.shipments.state is DeliveryState.RETURNED
    assert not machine.closed


def test_what_delays_us_extends_no_limit() -> None:
    """Accepted on filing, heard of three days later: the step counts from the acceptance."""
    machine = CaseMachine("case", make_plan(make_step("a")), CALENDAR, MONDAY, DeliveryMode.COURIER)
    machine.accept(MONDAY + 3 * DAY)
    [(_, event)] = machine.start_ready(MONDAY + 3 * DAY)
    assert event.due is not None
    assert event.due.promised == date(2026, 3, 9)


def test_a_dependent_step_counts_from_the_end_of_the_last_before_it() -> None:
    machine = started(make_plan(make_step("a"), make_step("b", after=("a",))))
    acts.apply(machine, decide("a", waited=2 * DAY.total_seconds()), MONDAY + 3 * DAY)
    [(_, event)] = machine.start_ready(MONDAY + 3 * DAY)
    assert machine.steps["a"].ended_at == MONDAY + DAY
    assert event.due is not None
    assert event.due.promised == date(2026, 3, 10)  # five working days from Tuesday the 3rd


def test_an_act_is_never_before_its_step() -> None:
    machine = started(make_plan(make_step("a")))
    acts.apply(machine, decide("a", waited=9 * DAY.total_seconds()), MONDAY + DAY)
    assert machine.steps["a"].ended_at == MONDAY


def test_delivery_nobody_ordered() -> None:
    machine = started(make_plan(make_step("a")))
    with pytest.raises(ActRefused) as caught:
        machine.check_delivery(DeliveryAct(act_id="x", state=DeliveryState.SIGNED, occurred_at=MONDAY))
    assert caught.value.refusal is Refusal.NO_DELIVERY
