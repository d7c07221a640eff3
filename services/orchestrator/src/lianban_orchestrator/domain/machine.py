"""The case as a state machine: plan + acts + instants -> states and numbered events.

Pure: no I/O, no framework, no clock but the instants handed in. What departments do to it is in ``acts``, what time
does in ``timing``; the workflow around it carries out what it asks for (``take_*``), the tests drive it directly.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from lianban.catalog.plan import Plan
from lianban.catalog.terms import AcceptanceMode, DeliveryMode, RefusalPolicy
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import Deadline, deadline, local_date, within_its_day
from lianban.clock.facts import ClockFacts
from lianban.clock.limits import Light, TimeLimit
from lianban.clock.rules import Rule
from lianban.contracts.acts import DeliveryAct, DepartmentAct, Refusal
from lianban.contracts.case import CASE_EDITION, CaseProgress
from lianban.contracts.events import CaseEvent, Due
from lianban.contracts.orders import DeliverableResult
from lianban.contracts.status import (
    CLOSED,
    CaseStatus,
    Cause,
    DeliveryState,
    EventKind,
    Outcome,
    StepState,
)
from lianban_orchestrator.domain.clocks import RunningClock
from lianban_orchestrator.domain.outcome import outcome_of
from lianban_orchestrator.domain.pauses import Opened, all_paused, opened
from lianban_orchestrator.domain.refusals import ActRefused
from lianban_orchestrator.domain.shipments import Shipment, Shipments
from lianban_orchestrator.domain.steps import Step, ancestors, dependants
from lianban_orchestrator.domain.supplements import Supplements
from lianban_orchestrator.domain.transitions import Trigger

_SEVERITY: Final = {Light.NONE: 0, Light.GREEN: 1, Light.YELLOW: 2, Light.RED: 3}
_REMINDS_SINCE: Final = 2
"""Edition from which red is told again each working day, and what is due comes before an act handed in later."""
_COMPLETE_SINCE: Final = 3
"""Edition from which what ends at 24:00 ends on the day that is over, what is complete has to be accepted, and a
withdrawal leaves no refusal untold."""
_TOGETHER_SINCE: Final = 4
"""Edition from which the tasks of a turn are handed over together, and an electronic delivery is told in passing."""


_OF_AN_ACT: Final = {"department", "actor", "officer", "act_id", "document", "role", "procedure", "days", "overrides"}
"""What an event tells of the act that made it."""


def _worst(lights: list[Light]) -> Light:
    return max(lights, key=_SEVERITY.__getitem__, default=Light.NONE)


class CaseMachine:
    """One case. Every changing method returns the events it made; refused acts raise ActRefused and change nothing."""

    def __init__(
        self,
        case_no: str,
        plan: Plan,
        calendar: CalendarSnapshot,
        received_at: datetime,
        delivery: DeliveryMode,
        edition: int = CASE_EDITION,
        *,
        reminders: bool = True,
    ) -> None:
        self.case_no = case_no
        self.plan = plan
        self.calendar = calendar
        self.received_at = received_at
        self.complete_at = received_at  # when everything was there: at first, or with the supplement
        self.time_first = edition >= _REMINDS_SINCE
        self.reminds = self.time_first and reminders
        self.ends_within_days = self.accepts_what_is_complete = self.leaves_none_untold = edition >= _COMPLETE_SINCE
        self.hands_over_together = edition >= _TOGETHER_SINCE
        self.delivers_in_passing = self.hands_over_together and delivery is DeliveryMode.ELECTRONIC
        self.status = CaseStatus.RECEIVED
        self.outcome: Outcome | None = None
        self.accepted_at: datetime | None = None
        self.supplements = Supplements()  # of the acceptance
        self.extended = False
        self.steps = {step.code: Step(step) for step in plan.steps}
        self.shipments = Shipments(calendar, plan.delivery_limit, delivery, reminds=self.reminds)
        self.acceptance_clock = self.new_clock(plan.acceptance_limit, received_at)
        self.case_clock: RunningClock | None = None
        self._seq = 0
        self._withdrawals: list[tuple[Step, Cause]] = []

    # -- what is so ---------------------------------------------------------------------------------------------

    @property
    def deciding(self) -> bool:
        """Whether any step may still change."""
        return any(not step.ended for step in self.steps.values())

    @property
    def closed(self) -> bool:
        if self.status is CaseStatus.WITHDRAWN:
            return not self.shipments.waiting and self.shipments.all_signed
        return self.status in CLOSED

    @property
    def light(self) -> Light:
        """The worst light of all that runs."""
        return _worst([step.light for step in self.steps.values()] + [self.case_light])

    @property
    def case_light(self) -> Light:
        """The worst light of the case's own clocks: acceptance, the whole, delivery."""
        return _worst([clock.light for clock in self.own_clocks()])

    @property
    def due(self) -> Due | None:
        return self.case_clock.due if self.case_clock else None

    @property
    def pending_departments(self) -> list[str]:
        """Departments an open step is with, in plan order; the lead department while acceptance waits for it."""
        if self.status is CaseStatus.RECEIVED:
            return [self.plan.lead_department]
        theirs = (s for s in self.steps.values() if s.state in (StepState.OPEN, StepState.STOPPED))
        return list(dict.fromkeys(step.plan.department for step in theirs))

    def progress(self) -> CaseProgress:
        return CaseProgress(
            case_no=self.case_no,
            status=self.status,
            outcome=self.outcome,
            light=self.light,
            accepted_at=self.accepted_at,
            due=self.due,
            clock=self.case_clock.facts if self.case_clock else None,
            delivery=self.shipments.state,
            steps=tuple(step.progress() for step in self.steps.values()),
        )

    def own_clocks(self) -> list[RunningClock]:
        """The case's own clocks that run: acceptance, or the whole and delivery."""
        if self.status in (CaseStatus.RECEIVED, CaseStatus.SUPPLEMENT):
            return [self.acceptance_clock]
        clocks = self.shipments.running_clocks
        return [self.case_clock, *clocks] if self.case_clock and self.deciding else clocks

    def new_clock(self, limit: TimeLimit, started: datetime) -> RunningClock:
        return RunningClock(self.calendar, limit, ClockFacts(started=local_date(started)), reminds=self.reminds)

    def last_day(self, limit: TimeLimit, started: datetime) -> Deadline:
        """Of a limit that no light warns of."""
        return deadline(self.calendar, local_date(started), limit.promised, limit.unit)

    def when(self, waited: float, now: datetime, not_before: datetime | None = None) -> datetime:
        """When it was done: the time an act lay with us counts against nobody."""
        return max(now - timedelta(seconds=waited), not_before or self.received_at)

    def over_at(self, ends_at: datetime) -> datetime:
        """When what ends by itself at 24:00 has ended: on that day, not on the next (Counting 1)."""
        return within_its_day(ends_at) if self.ends_within_days else ends_at

    # -- acceptance ---------------------------------------------------------------------------------------------

    @property
    def accepts_on_filing(self) -> bool:
        return self.plan.acceptance is AcceptanceMode.ON_FILING

    def accept(self, now: datetime, act: DepartmentAct | None = None, cause: Cause | None = None) -> list[CaseEvent]:
        """受理. By silence (DEEMED) it counts from the day everything had been received (art. 32, L-ACCEPT-5); its
        event is of the day it came about."""
        counted_from = self.complete_at if act is None else self.when(act.waited, now, self.complete_at)
        self.status = CaseStatus.IN_PROGRESS
        self.accepted_at = counted_from
        self.case_clock = self.new_clock(self.plan.limit, counted_from)
        at = now if cause is Cause.DEEMED else counted_from
        return [self.event(EventKind.CASE_ACCEPTED, at, act=act, due=self.case_clock.due, cause=cause)]

    def close_unaccepted(
        self, status: CaseStatus, outcome: Outcome, kind: EventKind, now: datetime, **fields: Any
    ) -> list[CaseEvent]:
        """Nothing of it is handled: not accepted, or what was missing did not come."""
        self.status = status
        self.outcome = outcome
        events = self._cancel(list(self.steps), now, fields.get("cause"))
        return [*events, self.event(kind, now, outcome=outcome, **fields)]

    # -- steps --------------------------------------------------------------------------------------------------

    def start_ready(self, now: datetime) -> list[tuple[Step, CaseEvent]]:
        """Open every step whose predecessors have ended, all at the same instant (并联)."""
        started = []
        for step, since in self._ready(now):
            step.start(now, since, self.calendar, reminds=self.reminds)
            started.append((step, self.step_event(EventKind.STEP_STARTED, now, step)))
        return started

    def _ready(self, now: datetime) -> list[tuple[Step, datetime]]:
        """Steps that wait for nothing any more, and since when: acceptance, or the end of the last step before."""
        if self.status is not CaseStatus.IN_PROGRESS:
            return []
        ready = []
        for step in self.steps.values():
            before = [self.steps[code] for code in step.plan.after]
            if step.state is StepState.WAITING and all(earlier.ended for earlier in before):
                ended = [earlier.ended_at for earlier in before if earlier.ended_at is not None]
                ready.append((step, max(ended, default=self.accepted_at or now)))
        return ready

    def grant(
        self, step: Step, at: datetime, now: datetime, act: DepartmentAct | None = None, cause: Cause | None = None
    ) -> list[CaseEvent]:
        step.end(Trigger.GRANT, at)
        event = self.step_event(EventKind.STEP_DECIDED, at, step, act=act, cause=cause)
        deliverable = [
            DeliverableResult(code=result.code, name=result.name, step=step.plan.code)
            for result in step.plan.results
            if result.deliverable
        ]
        self.shipments.add(deliverable, at)
        return [event, *self._after_end(now)]

    def end_negatively(self, step: Step, event: CaseEvent, now: datetime) -> list[CaseEvent]:
        """The step has ended without what was asked for, as ``event`` says: the theme's policy decides what follows."""
        match step.plan.on_refusal:
            case RefusalPolicy.GATE:
                events = self._cancel(dependants(self.plan, [step.plan.code]), now, Cause.GATE_REFUSED)
            case RefusalPolicy.ALL:
                events = self._cancel(list(self.steps), now, Cause.ALL_REFUSED)
            case RefusalPolicy.INDEPENDENT | RefusalPolicy.COLLECT:
                events = []
        return [event, *events, *self._after_end(now)]

    def take_back(self, step: Step, cause: Cause) -> None:
        """The step ended without its department, which has to be told."""
        self._withdrawals.append((step, cause))

    def _cancel(self, codes: list[str], now: datetime, cause: Cause | None) -> list[CaseEvent]:
        """Withdraw what is not decided and tell the departments; approvals that exist stay (art. 69, 70: L-REMEDY)."""
        events = []
        for step in (self.steps[code] for code in codes):
            if step.ended:
                continue
            if step.with_department and cause is not None:
                self.take_back(step, cause)
            step.end(Trigger.CANCEL, now)
            events.append(self.step_event(EventKind.STEP_CANCELLED, now, step, cause=cause))
        return events

    def _after_end(self, now: datetime) -> list[CaseEvent]:
        if self.deciding or self.status is not CaseStatus.IN_PROGRESS:
            return self.case_clock_events(now)
        events = self.case_clock_events(now)
        self.outcome = outcome_of(list(self.steps.values()))
        self.status = CaseStatus.DELIVERING
        return [*events, self.event(EventKind.CASE_DECIDED, now, outcome=self.outcome)]

    def case_clock_events(self, now: datetime) -> list[CaseEvent]:
        """The case's clock stands still while every open step waits, and goes on with the first that does not: also
        with one that opens only now, because what it waited for has ended."""
        clock = self.case_clock
        opening = [Opened(since, None) for _, since in self._ready(now)]
        if clock is None or (stops := all_paused([*opened(self.steps.values()), *opening])) == clock.facts.stops:
            return []
        was_stopped, was = clock.facts.stopped, clock.last_due
        clock.move(clock.facts.model_copy(update={"stops": stops}), now)
        if was_stopped and clock.facts.stopped:
            return []
        kind = EventKind.CASE_STOPPED if clock.facts.stopped else EventKind.CASE_RESUMED
        return [self.event(kind, now, due=clock.due_with_trace, was=was, clock=clock.facts)]

    def documents_before(self, step: Step) -> dict[str, str]:
        """Documents of the acts that ended the steps before it, by step."""
        before = (self.steps[code] for code in ancestors(self.plan, step.plan.code))
        return {earlier.plan.code: earlier.document for earlier in before if earlier.document}

    def take_withdrawals(self) -> list[tuple[Step, Cause]]:
        """Open steps that ended without their department: it has to be told. Each is handed out once."""
        taken, self._withdrawals = self._withdrawals, []
        return taken

    # -- the applicant takes it back ------------------------------------------------------------------------------

    def check_withdraw(self) -> None:
        """Raises ActRefused when nothing is left that could be taken back."""
        if self.status in CLOSED:
            raise ActRefused(Refusal.CASE_CLOSED, Rule.REMEDY)
        if not self.deciding:
            raise ActRefused(Refusal.TOO_LATE, Rule.REMEDY)

    def withdraw(self, now: datetime, act_id: str) -> list[CaseEvent]:
        self.check_withdraw()
        self.status = CaseStatus.WITHDRAWN
        self.outcome = Outcome.WITHDRAWN
        events = self._cancel(list(self.steps), now, Cause.APPLICANT_WITHDREW)
        return [*events, self.event(EventKind.CASE_WITHDRAWN, now, outcome=self.outcome, act_id=act_id)]

    # -- delivery -------------------------------------------------------------------------------------------------

    def take_shipment(self, now: datetime) -> tuple[Shipment, CaseEvent] | None:
        """The shipment that has to leave now, if any: everything after the last decision, or a part that may not
        wait for the others any longer (art. 44)."""
        clock = self.shipments.waiting_clock
        if self.status is CaseStatus.DELIVERING and not any(s.final for s in self.shipments.shipped):
            shipment = self.shipments.ship(now, final=True)
        elif (clock and clock.light is not Light.GREEN) or (self.status is CaseStatus.WITHDRAWN and self._untold):
            shipment = self.shipments.ship(now, final=False)
        else:
            return None
        return shipment, self.event(
            EventKind.DELIVERY_ORDERED,
            now,
            due=shipment.clock.due,
            delivery=shipment.state,
            shipment=shipment.number,
        )

    @property
    def _untold(self) -> bool:
        """Whether anything that has been decided waits for what is not decided yet: results, or refusals, whose reasons
        and remedies are owed in writing (art. 38) though there is nothing to hand over."""
        return bool(self.shipments.waiting or (self.leaves_none_untold and self.shipments.refusals))

    def check_delivery(self, act: DeliveryAct) -> None:
        """Raises ActRefused for a shipment this case does not have, or a case that has ended."""
        if self.closed:
            raise ActRefused(Refusal.CASE_CLOSED, Rule.DELIVER_10)
        if self.shipments.get(act.shipment) is None:
            raise ActRefused(Refusal.NO_DELIVERY, Rule.DELIVER_10)

    def move_delivery(
        self, number: int, state: DeliveryState, now: datetime, act: DeliveryAct | None = None
    ) -> list[CaseEvent]:
        """Tracking: old or repeated states make no event. All signed after the last decision ends the case."""
        shipment = self.shipments.get(number)
        if shipment is None or not shipment.moves_to(state, collected=act is not None and act.collected):
            return []
        at = self.when(act.waited, now) if act else now
        self.shipments.move(shipment, state, at)
        act_id = act.act_id if act else None
        events = [self.event(EventKind.DELIVERY_MOVED, at, delivery=state, shipment=number, act_id=act_id)]
        if self.status is CaseStatus.DELIVERING and self.shipments.all_signed:
            events.append(self._close(now))
        return events

    def _close(self, now: datetime) -> CaseEvent:
        refused = self.outcome is Outcome.REFUSED
        self.status = CaseStatus.REFUSED if refused else CaseStatus.COMPLETED
        kind = EventKind.CASE_REFUSED if refused else EventKind.CASE_COMPLETED
        return self.event(kind, now, outcome=self.outcome)

    # -- events -----------------------------------------------------------------------------------------------------

    def event(self, kind: EventKind, now: datetime, act: DepartmentAct | None = None, **fields: Any) -> CaseEvent:
        self._seq += 1
        if act is not None:
            said = act.model_dump(include=_OF_AN_ACT, exclude_none=True)
            fields = said | fields
        fields.setdefault("light", self.case_light)
        told = {name: value for name, value in fields.items() if value is not None}
        return CaseEvent(seq=self._seq, at=now, kind=kind, case_status=self.status, **told)

    def step_event(
        self, kind: EventKind, now: datetime, step: Step, act: DepartmentAct | None = None, **fields: Any
    ) -> CaseEvent:
        fields.setdefault("light", step.light)
        fields.setdefault("due", step.clock.due if step.clock else None)
        if act is None:
            fields.setdefault("department", step.plan.department)
        return self.event(kind, now, act, step=step.plan.code, state=step.state, decision=step.decision, **fields)
