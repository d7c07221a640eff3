"""受理: what may be found missing, when, and how often (L-ACCEPT-5, L-ONCE, L-SUPPLEMENT)."""

from __future__ import annotations

from datetime import date, datetime

from lianban.clock.deadlines import deadline, local_date
from lianban.clock.facts import ClockFacts, Stop
from lianban.clock.rules import Rule
from lianban.contracts.acts import DepartmentAct, Refusal
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import ActKind, CaseStatus, EventKind, Outcome, Role
from lianban_orchestrator.domain.acts.common import (
    needs_document,
    needs_open,
    needs_person,
    not_in_past,
    refused,
)
from lianban_orchestrator.domain.clocks import RunningClock
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.steps import Step
from lianban_orchestrator.domain.supplements import Supplements
from lianban_orchestrator.domain.transitions import Trigger

AWAITED = "等待申请人补正"

# -- by the lead department, for the whole case ---------------------------------------------------------------------


def check_of_case(machine: CaseMachine, act: DepartmentAct) -> None:
    if act.department != machine.plan.lead_department:
        raise refused(Refusal.FOREIGN_STEP, act)
    if act.kind not in (ActKind.ACCEPT, ActKind.NOT_ACCEPT, ActKind.REQUEST_SUPPLEMENT, ActKind.OVERRIDE):
        raise refused(Refusal.STEP_NOT_OPEN, act)
    if act.kind is ActKind.OVERRIDE:
        _check_override(machine.supplements, act)
        return
    if machine.status is CaseStatus.SUPPLEMENT:
        raise refused(Refusal.SUPPLEMENT_AWAITED, act, Rule.SUPPLEMENT)
    if machine.status is not CaseStatus.RECEIVED:
        accepting = act.kind is ActKind.ACCEPT
        raise refused(Refusal.ALREADY_ACCEPTED if accepting else Refusal.ACCEPTANCE_OVER, act, Rule.ACCEPT_5)
    if act.kind is not ActKind.ACCEPT:
        _check_content(machine.supplements, act, machine.received_at)


def apply_to_case(machine: CaseMachine, act: DepartmentAct, now: datetime) -> list[CaseEvent]:
    match act.kind:
        case ActKind.ACCEPT:
            return machine.accept(now, act)
        case ActKind.NOT_ACCEPT:
            kind = EventKind.CASE_NOT_ACCEPTED
            return machine.close_unaccepted(CaseStatus.NOT_ACCEPTED, Outcome.NOT_ACCEPTED, kind, now, act=act)
        case ActKind.REQUEST_SUPPLEMENT:
            at = machine.when(act.waited, now, machine.complete_at)
            machine.status = CaseStatus.SUPPLEMENT
            until = _ask(machine, machine.supplements, machine.acceptance_clock, at, now)
            clock = machine.acceptance_clock.facts
            return [machine.event(EventKind.CASE_SUPPLEMENT_REQUESTED, now, act, until=until, clock=clock)]
    machine.supplements.allowed += 1
    return [machine.event(EventKind.CASE_OVERRIDDEN, now, act)]


# -- by a department, for its step ----------------------------------------------------------------------------------


def check(machine: CaseMachine, step: Step, act: DepartmentAct, now: datetime) -> None:
    if act.kind is ActKind.OVERRIDE:
        _check_override(step.supplements, act)
        return
    needs_open(step, act)
    if step.is_notice:
        raise refused(Refusal.NO_ACCEPTANCE, act)
    if step.accepted or _silence_accepted(machine, step, machine.when(act.waited, now, step.started_at)):
        raise refused(Refusal.ACCEPTANCE_OVER, act, Rule.ACCEPT_5)
    _check_content(step.supplements, act, step.counted_from)


def apply(machine: CaseMachine, step: Step, act: DepartmentAct, now: datetime) -> list[CaseEvent]:
    at = machine.when(act.waited, now, step.started_at)
    match act.kind:
        case ActKind.NOT_ACCEPT:
            step.document = act.document
            step.end(Trigger.NOT_ACCEPT, at)
            event = machine.step_event(EventKind.STEP_NOT_ACCEPTED, at, step, act)
            return machine.end_negatively(step, event, now)
        case ActKind.REQUEST_SUPPLEMENT:
            was = step.clock.due if step.clock else None
            step.pause(Trigger.REQUEST_SUPPLEMENT, at)
            until = _ask(machine, step.supplements, step.clock, at, now)
            clock = step.clock.facts if step.clock else None
            event = machine.step_event(
                EventKind.STEP_SUPPLEMENT_REQUESTED, at, step, act, until=until, was=was, clock=clock
            )
            return [event, *machine.case_clock_events(now)]
    step.supplements.allowed += 1
    return [machine.step_event(EventKind.STEP_OVERRIDDEN, now, step, act)]


def _silence_accepted(machine: CaseMachine, step: Step, at: datetime) -> bool:
    """Five working days after receipt nothing can be found missing any more. No timer: nothing happens that day."""
    if step.received_on is None:
        return False
    limit = machine.plan.acceptance_limit
    window = deadline(machine.calendar, step.received_on, limit.legal or limit.promised, limit.unit)
    return at >= window.ends_at


# -- both -----------------------------------------------------------------------------------------------------------


def _check_content(asked: Supplements, act: DepartmentAct, since: datetime | None) -> None:
    if act.kind is ActKind.REQUEST_SUPPLEMENT and asked.used_up:
        raise refused(Refusal.ALREADY_REQUESTED, act)
    if act.kind is ActKind.NOT_ACCEPT:
        needs_person(act)
    needs_document(act)
    not_in_past(act, since)


def _check_override(asked: Supplements, act: DepartmentAct) -> None:
    """An exception is made by a supervisor, with a reason, where a rule stands in the way."""
    if act.role is not Role.SUPERVISOR:
        raise refused(Refusal.WRONG_ROLE, act)
    needs_person(act)
    if act.overrides is not Rule.ONCE or not asked.used_up:
        raise refused(Refusal.NOT_OVERRIDABLE, act)
    needs_document(act)


def _ask(machine: CaseMachine, asked: Supplements, clock: RunningClock | None, at: datetime, now: datetime) -> date:
    """The last day to hand everything in. While the applicant is waited for the clock has no date."""
    asked.asked += 1
    asked.until = machine.last_day(machine.plan.supplement_limit, at)
    if clock is not None:
        waiting = Stop(began=local_date(at), reason=AWAITED, planned=asked.until.day)
        clock.move(clock.facts.model_copy(update={"stops": (*clock.facts.stops, waiting)}), now)
    return asked.until.day


def counted_anew(facts: ClockFacts, at: datetime) -> ClockFacts:
    """The facts of a clock that begins again with a supplement: what was waited for has ended (L-SUPPLEMENT)."""
    day = local_date(at)
    stops = tuple(
        stop if stop.ended else stop.model_copy(update={"ended": max(day, stop.began)}) for stop in facts.stops
    )
    return facts.model_copy(update={"started": day, "stops": stops, "promised_floor": None, "legal_floor": None})
