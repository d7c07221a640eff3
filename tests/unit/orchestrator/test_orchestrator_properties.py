"""Properties of the case machine over random plans and random histories."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from fixtures.plans import CALENDAR, MONDAY, decide, make_plan, make_step, working_days
from lianban.catalog.plan import Plan
from lianban.catalog.terms import DeliveryMode, RefusalPolicy, StepKind
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import CaseStatus, Decision, DeliveryState, StepState
from lianban_orchestrator.domain import acts, timing
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.refusals import ActRefused
from lianban_orchestrator.domain.transitions import ENDED
from lianban_orchestrator.workflows.details import details_of

_TURNS = 400
"""Enough for every step to have its turn; what is overdue rings each working day meanwhile."""


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    steps = []
    for number in range(draw(st.integers(1, 7))):
        earlier = [step.code for step in steps]
        steps.append(
            make_step(
                f"s{number}",
                after=tuple(draw(st.lists(st.sampled_from(earlier), unique=True, max_size=3))) if earlier else (),
                kind=draw(st.sampled_from([StepKind.VERIFY, StepKind.DECIDE, StepKind.NOTICE, StepKind.SERVICE])),
                policy=draw(st.sampled_from(RefusalPolicy)),
                limit=working_days(draw(st.integers(1, 10))),
                deliverable=draw(st.booleans()),
            )
        )
    return make_plan(*steps)


class History:
    """Drives a machine with drawn moves, keeping every event, as the workflow would."""

    def __init__(self, plan: Plan) -> None:
        self.now = MONDAY
        self.machine = CaseMachine("case", plan, CALENDAR, MONDAY, DeliveryMode.COURIER)
        self.events: list[CaseEvent] = self.machine.accept(self.now)
        self.ordered: list[int] = []
        self.withdrawn: list[str] = []
        self.go_on()

    def go_on(self) -> None:
        self.events += [event for _, event in self.machine.start_ready(self.now)]
        self.withdrawn += [step.plan.code for step, _ in self.machine.take_withdrawals()]
        while (ready := self.machine.take_shipment(self.now)) is not None:
            self.ordered.append(ready[0].number)
            self.events.append(ready[1])

    def act(self, step: str, decision: Decision) -> None:
        before = self.machine.progress()
        try:
            self.events += acts.apply(self.machine, decide(step, decision), self.now)
        except ActRefused:
            assert self.machine.progress() == before
        self.go_on()

    def withdraw(self) -> None:
        try:
            self.events += self.machine.withdraw(self.now, "w")
        except ActRefused:
            return
        self.go_on()

    def wait(self) -> None:
        alarm = timing.next_instant(self.machine)
        self.now = max(self.now, alarm) if alarm else self.now + timedelta(days=1)
        self.events += timing.tick(self.machine, self.now)
        self.go_on()

    def sign(self) -> None:
        for number in self.ordered:
            self.events += self.machine.move_delivery(number, DeliveryState.SIGNED, self.now)
        self.go_on()


@given(plans(), st.data())
def test_random_histories(plan: Plan, data: st.DataObject) -> None:
    history = History(plan)
    codes = [step.code for step in plan.steps]
    for _ in range(data.draw(st.integers(0, 25))):
        match data.draw(st.sampled_from(["act", "act", "act", "wait", "sign", "withdraw"])):
            case "act":
                history.act(data.draw(st.sampled_from(codes)), data.draw(st.sampled_from(Decision)))
            case "wait":
                history.wait()
            case "sign":
                history.sign()
            case "withdraw":
                history.withdraw()
        check_invariants(history)


def check_invariants(history: History) -> None:
    machine = history.machine
    assert [event.seq for event in history.events] == list(range(1, len(history.events) + 1))
    for step in machine.steps.values():
        before = [machine.steps[code].state for code in step.plan.after]
        if step.state is StepState.OPEN:
            assert all(state in ENDED for state in before)
        if step.state is StepState.WAITING:
            assert machine.status is CaseStatus.IN_PROGRESS
        assert (step.ended_at is not None) == step.ended
    if machine.closed:
        assert not machine.deciding
        assert not machine.shipments.waiting
        assert timing.next_instant(machine) is None
    assert (machine.outcome is not None) == (not machine.deciding)
    assert details_of(machine, history.now).count("\n| ") == len(machine.steps) + 1


@given(plans(), st.data())
def test_deciding_everything_always_ends_the_case(plan: Plan, data: st.DataObject) -> None:
    """No plan and no pattern of decisions leaves a case hanging."""
    history = History(plan)
    for _ in range(_TURNS):
        for code in list(history.machine.steps):
            history.act(code, data.draw(st.sampled_from(Decision)))
        if history.machine.deciding:
            history.wait()
        history.sign()
        if history.machine.closed:
            break
    assert history.machine.closed


@given(plans())
def test_granting_everything_grants_the_case(plan: Plan) -> None:
    history = History(plan)
    for _ in range(_TURNS):
        for code in list(history.machine.steps):
            history.act(code, Decision.GRANTED)
        if not history.machine.deciding:
            break
        history.wait()
    history.sign()
    assert history.machine.status is CaseStatus.COMPLETED
    assert all(step.state is StepState.GRANTED for step in history.machine.steps.values())
    results = [result for s in history.machine.shipments.shipped for result in s.results]
    wanted = [result.code for step in plan.steps for result in step.results if result.deliverable]
    assert sorted(result.code for result in results) == sorted(wanted)
