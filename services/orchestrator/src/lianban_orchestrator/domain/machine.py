"""The case as a state machine: plan + acts + instants -> states and numbered events.

Pure: no I/O, no framework, no clock but the instants handed in. The workflow around it carries out what it asks
for (``take_*``), the tests drive it directly.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from lianban.catalog.plan import Plan
from lianban.catalog.terms import AcceptanceMode, DeliveryMode, RefusalPolicy
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import local_date
from lianban.clock.limits import Light
from lianban.contracts.acts import DeliveryAct, DepartmentAct
from lianban.contracts.case import CaseProgress
from lianban.contracts.events import CaseEvent, Due
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.orders import DeliverableResult
from lianban.contracts.status import (
    ActKind,
    CaseStatus,
    Cause,
    Decision,
    DeliveryState,
    EventKind,
    Outcome,
    StepState,
)
from lianban_orchestrator.domain import checks
from lianban_orchestrator.domain.clocks import RunningClock
from lianban_orchestrator.domain.outcome import outcome_of
from lianban_orchestrator.domain.shipments import Shipment, Shipments
from lianban_orchestrator.domain.steps import Step, ancestors, dependants
from lianban_orchestrator.domain.transitions import Trigger

_SEVERITY: Final = {Light.NONE: 0, Light.GREEN: 1, Light.YELLOW: 2, Light.RED: 3}


def _worst(lights: list[Light]) -> Light:
    return max(lights, key=_SEVERITY.__getitem__, default=Light.NONE)


class CaseMachine:
    """One case. Every changing method returns the events it made; refused acts raise ActRefused and change nothing."""

    def __init__(
        self, case_no: str, plan: Plan, calendar: CalendarSnapshot, received_at: datetime, delivery: DeliveryMode
    ) -> None:
        self.case_no = case_no
        self.plan = plan
        self.calendar = calendar
        self.received_at = received_at
        self.status = CaseStatus.RECEIVED
        self.outcome: Outcome | None = None
        self.accepted_at: datetime | None = None
        self.steps = {step.code: Step(step) for step in plan.steps}
        self.shipments = Shipments(calendar, plan.delivery_limit, delivery)
        self.acceptance_clock = RunningClock(calendar, plan.acceptance_limit, local_date(received_at))
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
        return self.status in (CaseStatus.COMPLETED, CaseStatus.REFUSED) or (
            self.status is CaseStatus.WITHDRAWN and not self.shipments.waiting and self.shipments.all_signed
        )

    @property
    def light(self) -> Light:
        """The worst light of all that runs."""
        return _worst([step.light for step in self.steps.values()] + [self.case_light])

    @property
    def case_light(self) -> Light:
        """The worst light of the case's own clocks: acceptance, the whole, delivery."""
        return _worst([clock.light for clock in self._case_clocks()])

    @property
    def due(self) -> Due | None:
        return self.case_clock.due if self.case_clock else None

    @property
    def pending_departments(self) -> list[str]:
        """Departments an open step is with, in plan order; the lead department while acceptance waits for it."""
        if self.status is CaseStatus.RECEIVED:
            return [self.plan.lead_department]
        return list(dict.fromkeys(s.plan.department for s in self.steps.values() if s.state is StepState.OPEN))

    def progress(self) -> CaseProgress:
        return CaseProgress(
            case_no=self.case_no,
            status=self.status,
            outcome=self.outcome,
            light=self.light,
            accepted_at=self.accepted_at,
            due=self.due,
            delivery=self.shipments.state,
            steps=tuple(step.progress() for step in self.steps.values()),
        )

    def _case_clocks(self) -> list[RunningClock]:
        if self.status is CaseStatus.RECEIVED:
            return [self.acceptance_clock]
        clocks = self.shipments.running_clocks
        return [self.case_clock, *clocks] if self.case_clock and self.deciding else clocks

    # -- acceptance ---------------------------------------------------------------------------------------------

    @property
    def accepts_on_filing(self) -> bool:
        return self.plan.acceptance is AcceptanceMode.ON_FILING

    def accept(self, now: datetime, act: DepartmentAct | None = None, cause: Cause | None = None) -> list[CaseEvent]:
        """受理. By silence (DEEMED) it counts from the day the materials were received (art. 32, L-ACCEPT-5)."""
        counted_from = self.received_at if act is None else self._when(act.waited, now)
        self.status = CaseStatus.IN_PROGRESS
        self.accepted_at = counted_from
        self.case_clock = RunningClock(self.calendar, self.plan.limit, local_date(counted_from))
        return [self._event(EventKind.CASE_ACCEPTED, now, act=act, due=self.case_clock.due, cause=cause)]

    # -- steps --------------------------------------------------------------------------------------------------

    def start_ready(self, now: datetime) -> list[tuple[Step, CaseEvent]]:
        """Open every step whose predecessors have ended, all at the same instant (并联)."""
        if self.status is not CaseStatus.IN_PROGRESS:
            return []
        started = []
        for step in self.steps.values():
            before = [self.steps[code] for code in step.plan.after]
            if step.state is StepState.WAITING and all(earlier.ended for earlier in before):
                ended = [earlier.ended_at for earlier in before if earlier.ended_at is not None]
                step.start(now, max(ended, default=self.accepted_at or now), self.calendar)
                started.append((step, self._step_event(EventKind.STEP_STARTED, now, step)))
        return started

    def check_act(self, act: DepartmentAct) -> None:
        """Raises ActRefused when the act is not possible now."""
        checks.check_act(self, act)

    def apply_act(self, act: DepartmentAct, now: datetime) -> list[CaseEvent]:
        """Raises ActRefused when the act is not possible now (the same checks as :meth:`check_act`)."""
        self.check_act(act)
        if act.step == ACCEPTANCE_STEP and act.step not in self.steps:
            return self.accept(now, act)
        step = self.steps[act.step]
        if act.kind is ActKind.ACCEPT:
            step.accepted = True
            return [self._step_event(EventKind.STEP_ACCEPTED, now, step, act=act)]
        step.document = act.document
        decided_at = self._when(act.waited, now, step.started_at)
        if act.decision is Decision.GRANTED:
            return self._grant(step, decided_at, now, act=act)
        step.end(Trigger.REFUSE, decided_at)
        events = [self._step_event(EventKind.STEP_DECIDED, decided_at, step, act=act)]
        return events + self._after_refusal(step, now) + self._after_end(now)

    def _grant(
        self, step: Step, at: datetime, now: datetime, act: DepartmentAct | None = None, cause: Cause | None = None
    ) -> list[CaseEvent]:
        step.end(Trigger.GRANT, at)
        event = self._step_event(EventKind.STEP_DECIDED, at, step, act=act, cause=cause)
        deliverable = [
            DeliverableResult(code=result.code, name=result.name, step=step.plan.code)
            for result in step.plan.results
            if result.deliverable
        ]
        self.shipments.add(deliverable, at)
        return [event, *self._after_end(now)]

    def _after_refusal(self, step: Step, now: datetime) -> list[CaseEvent]:
        match step.plan.on_refusal:
            case RefusalPolicy.GATE:
                return self._cancel(dependants(self.plan, [step.plan.code]), now, Cause.GATE_REFUSED)
            case RefusalPolicy.ALL:
                return self._cancel(list(self.steps), now, Cause.ALL_REFUSED)
            case RefusalPolicy.INDEPENDENT | RefusalPolicy.COLLECT:
                return []

    def _cancel(self, codes: list[str], now: datetime, cause: Cause) -> list[CaseEvent]:
        """Withdraw what is not decided and tell the departments; approvals that exist stay (art. 69, 70)."""
        events = []
        for step in (self.steps[code] for code in codes):
            if step.ended:
                continue
            if step.state is StepState.OPEN:
                self._withdrawals.append((step, cause))
            step.end(Trigger.CANCEL, now)
            events.append(self._step_event(EventKind.STEP_CANCELLED, now, step, cause=cause))
        return events

    def _after_end(self, now: datetime) -> list[CaseEvent]:
        if self.deciding or self.status is not CaseStatus.IN_PROGRESS:
            return []
        self.outcome = outcome_of(list(self.steps.values()))
        self.status = CaseStatus.DELIVERING
        return [self._event(EventKind.CASE_DECIDED, now, outcome=self.outcome)]

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
        checks.check_withdraw(self)

    def withdraw(self, now: datetime, act_id: str) -> list[CaseEvent]:
        self.check_withdraw()
        self.status = CaseStatus.WITHDRAWN
        self.outcome = Outcome.WITHDRAWN
        events = self._cancel(list(self.steps), now, Cause.APPLICANT_WITHDREW)
        return [*events, self._event(EventKind.CASE_WITHDRAWN, now, outcome=self.outcome, act_id=act_id)]

    # -- delivery -------------------------------------------------------------------------------------------------

    def take_shipment(self, now: datetime) -> tuple[Shipment, CaseEvent] | None:
        """The shipment that has to leave now, if any: everything after the last decision, or a part that may not
        wait for the others any longer (art. 44)."""
        clock = self.shipments.waiting_clock
        if self.status is CaseStatus.DELIVERING and not any(s.final for s in self.shipments.shipped):
            shipment = self.shipments.ship(now, final=True)
        elif clock and (clock.light is not Light.GREEN or self.status is CaseStatus.WITHDRAWN):
            shipment = self.shipments.ship(now, final=False)
        else:
            return None
        return shipment, self._event(
            EventKind.DELIVERY_ORDERED,
            now,
            due=shipment.clock.due,
            delivery=shipment.state,
            shipment=shipment.number,
        )

    def check_delivery(self, act: DeliveryAct) -> None:
        """Raises ActRefused for a shipment this case does not have, or a case that has ended."""
        checks.check_delivery(self, act)

    def move_delivery(
        self, number: int, state: DeliveryState, now: datetime, act: DeliveryAct | None = None
    ) -> list[CaseEvent]:
        """Tracking: old or repeated states make no event. All signed after the last decision ends the case."""
        shipment = self.shipments.get(number)
        if shipment is None or not shipment.moves_to(state, collected=act is not None and act.collected):
            return []
        at = self._when(act.waited, now) if act else now
        self.shipments.move(shipment, state, at)
        act_id = act.act_id if act else None
        events = [self._event(EventKind.DELIVERY_MOVED, at, delivery=state, shipment=number, act_id=act_id)]
        if self.status is CaseStatus.DELIVERING and self.shipments.all_signed:
            events.append(self._close(now))
        return events

    def _close(self, now: datetime) -> CaseEvent:
        refused = self.outcome is Outcome.REFUSED
        self.status = CaseStatus.REFUSED if refused else CaseStatus.COMPLETED
        kind = EventKind.CASE_REFUSED if refused else EventKind.CASE_COMPLETED
        return self._event(kind, now, outcome=self.outcome)

    # -- time -----------------------------------------------------------------------------------------------------

    @property
    def next_alarm(self) -> datetime | None:
        """The earliest instant at which something becomes due; none while nothing can."""
        return min((instant for instant, _ in self._alarms()), default=None)

    @property
    def next_alarm_of(self) -> str:
        """What becomes due then, in Chinese: the step's name, or the case's own clock."""
        return min(self._alarms(), default=(None, "—"))[1]

    def _alarms(self) -> list[tuple[datetime, str]]:
        names = [(clock.next_alarm, "办件") for clock in self._case_clocks()]
        names += [
            (step.clock.promised.ends_at if step.is_notice else step.clock.next_alarm, step.plan.name)
            for step in self.steps.values()
            if step.clock and step.state is StepState.OPEN
        ]
        return [(instant, name) for instant, name in names if instant is not None]

    def tick(self, now: datetime) -> list[CaseEvent]:
        """Everything that became due by ``now``: lights, deemed acceptance, public notices that are over."""
        events: list[CaseEvent] = []
        for clock in self._case_clocks():
            events += self._ring(clock, now)
        for step in self.steps.values():
            if step.state is not StepState.OPEN or step.clock is None:
                continue
            if step.is_notice:
                if step.clock.promised.ends_at <= now:
                    self._withdrawals.append((step, Cause.NOTICE_ENDED))
                    events += self._grant(step, step.clock.promised.ends_at, now, cause=Cause.NOTICE_ENDED)
                continue
            for alarm in step.clock.advance(now):
                events.append(self._step_event(EventKind.STEP_LIGHT, now, step, light=alarm.light, cause=alarm.cause))
        return events

    def _ring(self, clock: RunningClock, now: datetime) -> list[CaseEvent]:
        events: list[CaseEvent] = []
        for alarm in clock.advance(now):
            if clock is self.acceptance_clock and alarm.light is Light.RED:
                # L-ACCEPT-5: silence has accepted, and supervision is told.
                told = self._event(EventKind.CASE_LIGHT, now, light=Light.RED, due=clock.due, cause=Cause.DEEMED)
                return [*events, told, *self.accept(now, cause=Cause.DEEMED)]
            delivery = clock is not self.acceptance_clock and clock is not self.case_clock
            cause = Cause.DELIVERY if delivery else alarm.cause
            events.append(self._event(EventKind.CASE_LIGHT, now, light=alarm.light, due=clock.due, cause=cause))
        return events

    def _when(self, waited: float, now: datetime, not_before: datetime | None = None) -> datetime:
        """When it was done: the time an act lay with us counts against nobody."""
        return max(now - timedelta(seconds=waited), not_before or self.received_at)

    # -- events -----------------------------------------------------------------------------------------------------

    def _event(self, kind: EventKind, now: datetime, act: DepartmentAct | None = None, **fields: Any) -> CaseEvent:
        self._seq += 1
        if act is not None:
            fields |= {
                "department": act.department,
                "actor": act.actor,
                "officer": act.officer,
                "act_id": act.act_id,
                "document": act.document,
            }
        fields.setdefault("light", self.case_light)
        return CaseEvent(seq=self._seq, at=now, kind=kind, case_status=self.status, **fields)

    def _step_event(
        self, kind: EventKind, now: datetime, step: Step, act: DepartmentAct | None = None, **fields: Any
    ) -> CaseEvent:
        fields.setdefault("light", step.light)
        return self._event(
            kind,
            now,
            act,
            step=step.plan.code,
            state=step.state,
            due=step.clock.due if step.clock else None,
            decision=step.decision,
            **({} if act is not None else {"department": step.plan.department}),
            **fields,
        )
