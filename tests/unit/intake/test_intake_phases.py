"""The clocks of acceptance and delivery as progress shows them are those the case itself runs."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.plans import CALENDAR, MONDAY, act_of, decide, make_plan, make_step, working_days
from lianban.catalog.terms import AcceptanceMode, DeliveryMode, RefusalPolicy
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import local_date
from lianban.clock.facts import ClockFacts
from lianban.clock.limits import TimeLimit, Unit
from lianban.contracts.acts import DeliveryAct, Supplement
from lianban.contracts.events import CaseEvent, Due
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import ActKind, CaseStatus, Cause, Decision, DeliveryState, EventKind, StepState
from lianban_intake.cases.phases import TELLING, Phase, acceptance, deliveries, last_day
from lianban_orchestrator.domain import acts, timing
from lianban_orchestrator.domain.clocks import RunningClock
from lianban_orchestrator.domain.machine import CaseMachine

DAY = timedelta(days=1)
SPRING = [MONDAY.date() + number * DAY for number in range(80)]
PLAN = make_plan(
    make_step("a", policy=RefusalPolicy.INDEPENDENT, limit=working_days(20)),
    make_step("b", policy=RefusalPolicy.INDEPENDENT, limit=working_days(40)),
    make_step("c", after=("a",), policy=RefusalPolicy.INDEPENDENT, deliverable=False),
    acceptance=AcceptanceMode.LEAD,
)


class Told:
    """A case, and what the intake knows of it: the events of these clocks, as JSON keeps them."""

    def __init__(self, mode: AcceptanceMode) -> None:
        self.now = MONDAY
        plan = PLAN.model_copy(update={"acceptance": mode})
        self.machine = CaseMachine("case", plan, CALENDAR, MONDAY, DeliveryMode.COURIER)
        self.events: list[CaseEvent] = []
        self.holidays: set[date] = set()
        self.take(self.machine.accept(MONDAY) if self.machine.accepts_on_filing else [])

    def take(self, events: list[CaseEvent]) -> None:
        events += [event for _, event in self.machine.start_ready(self.now)]
        while (ready := self.machine.take_shipment(self.now)) is not None:
            events.append(ready[1])
        kept = (event for event in events if event.kind in TELLING)
        self.events += [CaseEvent.model_validate_json(event.model_dump_json(exclude_defaults=True)) for event in kept]
        self.compare()

    def pass_days(self, days: int) -> None:
        until = self.now + days * DAY
        while (instant := timing.next_instant(self.machine)) is not None and instant <= until:
            self.now = max(self.now, instant)
            self.take(timing.tick(self.machine, self.now))
        self.now = until

    def do(self, move: str, number: int) -> None:
        machine = self.machine
        awaited = machine.status is CaseStatus.SUPPLEMENT
        match move:
            case "ask" if machine.status is CaseStatus.RECEIVED and not machine.supplements.used_up:
                act = act_of(ACCEPTANCE_STEP, ActKind.REQUEST_SUPPLEMENT, department="lead", occurred_at=self.now)
                self.take(acts.apply(machine, act, self.now))
            case "supplement" if awaited:
                handed_in = Supplement(act_id="s", step=ACCEPTANCE_STEP)
                self.take(acts.apply_supplement(machine, handed_in, self.now))
            case "accept" if machine.status is CaseStatus.RECEIVED:
                act = act_of(ACCEPTANCE_STEP, ActKind.ACCEPT, department="lead", occurred_at=self.now)
                self.take(acts.apply(machine, act, self.now))
            case "decide":
                step = list(machine.steps.values())[number % 3]
                if step.state is StepState.OPEN and machine.status is CaseStatus.IN_PROGRESS:
                    decision = Decision.REFUSED if number == 5 else Decision.GRANTED
                    act = decide(step.plan.code, decision, occurred_at=self.now)
                    self.take(acts.apply(machine, act, self.now))
            case "deliver" if machine.shipments.shipped:
                shipment = machine.shipments.shipped[number % len(machine.shipments.shipped)]
                states = [DeliveryState.PICKED_UP, DeliveryState.RETURNED, DeliveryState.SIGNED]
                state = states[number % 3]
                act = DeliveryAct(
                    act_id="d", state=state, occurred_at=self.now, shipment=shipment.number, collected=True
                )
                if not machine.closed:
                    self.take(machine.move_delivery(shipment.number, state, self.now, act))
            case "recalendar" if not machine.closed:
                # More days off only: a date that none was told of and that a floor keeps would not be told either.
                self.holidays.add(SPRING[number * 9 % len(SPRING)])
                days = {day: "节日" for day in self.holidays if day.weekday() < 5}
                update = {"version": f"with-{len(self.holidays)}", "holidays": days}
                self.take(timing.recalendar(machine, CALENDAR.model_copy(update=update), self.now))
            case "withdraw" if number == 5 and machine.status is CaseStatus.IN_PROGRESS and machine.deciding:
                self.take(machine.withdraw(self.now, "w"))

    def compare(self) -> None:
        machine = self.machine
        phase = acceptance(self.events, MONDAY)
        assert (phase.ended is None) == (machine.status in (CaseStatus.RECEIVED, CaseStatus.SUPPLEMENT))
        if phase.ended is None:
            self._same(phase, machine.acceptance_clock, PLAN.acceptance_limit)
        parts = deliveries(self.events, frozenset("ab"))
        shipped = [part for part in parts if part.number is not None]
        assert [part.number for part in shipped] == [each.number for each in machine.shipments.shipped]
        for part, shipment in zip(shipped, machine.shipments.shipped, strict=True):
            assert part.state is shipment.state
            assert (part.ended is not None) == shipment.handed_over
            if part.ended is None:
                self._same(part, shipment.clock, PLAN.delivery_limit)
        waiting = machine.shipments.waiting_clock
        assert len(parts) - len(shipped) == (waiting is not None)
        if waiting is not None:
            self._same(parts[-1], waiting, PLAN.delivery_limit)

    def _same(self, phase: Phase, clock: RunningClock, limit: TimeLimit) -> None:
        assert phase.facts == clock.facts
        due = phase.dates(self.machine.calendar, limit)
        dates = (due.promised, due.legal, due.provisional) if due else None
        assert dates == ((clock.due.promised, clock.due.legal, clock.due.provisional) if clock.due else None)


BEFORE = ["ask", "ask", "supplement", "supplement", "recalendar", "accept"]
AFTERWARDS = ["decide", "decide", "decide", "deliver", "deliver", "recalendar", "withdraw"]


@pytest.mark.parametrize(
    ("mode", "moves"), [(AcceptanceMode.LEAD, BEFORE), (AcceptanceMode.ON_FILING, AFTERWARDS)], ids=("before", "after")
)
@settings(max_examples=100, phases=[hypothesis.Phase.generate])
@given(data=st.data())
def test_they_are_those_the_case_runs(mode: AcceptanceMode, moves: list[str], data: st.DataObject) -> None:
    told = Told(mode)
    drawn = st.tuples(st.sampled_from(moves), st.integers(0, 5), st.integers(0, 4))
    for move, number, days in data.draw(st.lists(drawn, min_size=10, max_size=30)):
        told.pass_days(days)
        told.do(move, number)


def at(day: int) -> datetime:
    return MONDAY + (day - 2) * DAY


def event(seq: int, kind: EventKind, day: int, status: CaseStatus = CaseStatus.DELIVERING, **told: object) -> CaseEvent:
    return CaseEvent.model_validate({"seq": seq, "at": at(day), "kind": kind, "case_status": status, **told})


def test_silence_fills_the_limit_and_no_more() -> None:
    accepted = event(1, EventKind.CASE_ACCEPTED, 10, CaseStatus.IN_PROGRESS, cause=Cause.DEEMED)
    phase = acceptance([accepted], MONDAY)
    due = phase.dates(CALENDAR, working_days(2, 5))
    assert due is not None
    assert last_day(phase, due, deemed=True) == date(2026, 3, 9)
    assert last_day(phase, due, deemed=False) == date(2026, 3, 10)


def test_what_comes_back_counts_anew_from_that_day() -> None:
    due = Due(promised=date(2026, 3, 9), legal=date(2026, 3, 16), calendar_version="v1", started=date(2026, 3, 2))
    ordered = event(1, EventKind.DELIVERY_ORDERED, 3, due=due, delivery=DeliveryState.ORDERED, shipment=1)
    moved = [
        event(seq, EventKind.DELIVERY_MOVED, seq + 2, delivery=state, shipment=1)
        for seq, state in enumerate([DeliveryState.PICKED_UP, DeliveryState.RETURNED, DeliveryState.SIGNED], 2)
    ]
    [part] = deliveries([ordered, *moved[:1]], frozenset())
    assert (part.facts.started, part.due, part.ended) == (date(2026, 3, 2), due, date(2026, 3, 4))
    [part] = deliveries([ordered, *moved[:2]], frozenset())
    assert (part.facts, part.due, part.ended) == (ClockFacts(started=date(2026, 3, 5)), None, None)
    [part] = deliveries([ordered, *moved], frozenset())
    assert (part.facts.started, part.ended) == (date(2026, 3, 5), date(2026, 3, 6))


def test_a_start_before_the_calendar_has_no_date() -> None:
    short = CalendarSnapshot(version="short", first_year=2027, last_year=2027, holidays={}, workdays={})
    assert acceptance([], MONDAY).dates(short, TimeLimit(unit=Unit.WORKING_DAYS, promised=5)) is None
    assert local_date(MONDAY) == acceptance([], MONDAY).facts.started
