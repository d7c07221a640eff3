"""受理: what may be found missing, when, and how often (L-ACCEPT-5, L-ONCE, L-SUPPLEMENT)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from lianban.catalog.terms import StepKind
from lianban.clock.deadlines import deadline, local_date
from lianban.clock.facts import ClockFacts, Stop
from lianban.clock.rules import Rule
from lianban.contracts.acts import DepartmentAct, Refusal
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import ActKind, CaseStatus, EventKind, Outcome, Role, StepState
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

_NOTHING_ASKED: Final = (StepKind.NOTICE, StepKind.BATCH)
"""Kinds that ask nothing of the applicant: nothing can be missing, and nothing is accepted or not."""

# -- by the lead department, for the whole case ---------------------------------------------------------------------


def check_of_case(machine: CaseMachine, act: DepartmentAct, now: datetime) -> None:
    if act.department != machine.plan.lead_department:
        raise refused(Refusal.FOREIGN_STEP, act)
    if act.kind not in (ActKind.ACCEPT, ActKind.NOT_ACCEPT, ActKind.REQUEST_SUPPLEMENT, ActKind.OVERRIDE):
        raise refused(Refusal.STEP_NOT_OPEN, act)
    awaited = machine.status is CaseStatus.SUPPLEMENT
    if awaited and act.kind is not ActKind.OVERRIDE:
        raise refused(Refusal.SUPPLEMENT_AWAITED, act, Rule.SUPPLEMENT)
    if not awaited and machine.status is not CaseStatus.RECEIVED:
        accepting = act.kind is ActKind.ACCEPT
        raise refused(Refusal.ALREADY_ACCEPTED if accepting else Refusal.ACCEPTANCE_OVER, act, Rule.ACCEPT_5)
    if act.kind is ActKind.ACCEPT:
        return
    last_instant = machine.acceptance_clock.last_instant
    if last_instant is not None and machine.when(act.waited, now, machine.complete_at) >= last_instant:
        raise refused(Refusal.ACCEPTANCE_OVER, act, Rule.ACCEPT_5)  # the timer that says so has only not come yet
    _check_complete(machine, machine.supplements, act)
    _check_content(machine.supplements, act, machine.received_at)


def apply_to_case(machine: CaseMachine, act: DepartmentAct, now: datetime) -> list[CaseEvent]:
    at = machine.when(act.waited, now, machine.complete_at)
    match act.kind:
        case ActKind.ACCEPT:
            return machine.accept(now, act)
        case ActKind.NOT_ACCEPT:
            kind = EventKind.CASE_NOT_ACCEPTED
            return machine.close_unaccepted(CaseStatus.NOT_ACCEPTED, Outcome.NOT_ACCEPTED, kind, at, act=act)
        case ActKind.REQUEST_SUPPLEMENT:
            machine.status = CaseStatus.SUPPLEMENT
            until = _ask(machine, machine.supplements, machine.acceptance_clock, at, now)
            clock = machine.acceptance_clock.facts
            return [machine.event(EventKind.CASE_SUPPLEMENT_REQUESTED, at, act, until=until, clock=clock)]
    machine.supplements.allowed += 1
    return [machine.event(EventKind.CASE_OVERRIDDEN, now, act)]


# -- by a department, for its step ----------------------------------------------------------------------------------


def check(machine: CaseMachine, step: Step, act: DepartmentAct, now: datetime) -> None:
    if step.plan.kind in _NOTHING_ASKED:
        raise refused(Refusal.NO_ACCEPTANCE, act)
    if act.kind is not ActKind.OVERRIDE:
        needs_open(step, act)
    if step.state is not StepState.SUPPLEMENT and _acceptance_over(machine, step, act, now):
        raise refused(Refusal.ACCEPTANCE_OVER, act, Rule.ACCEPT_5)
    _check_complete(machine, step.supplements, act)
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


def _acceptance_over(machine: CaseMachine, step: Step, act: DepartmentAct, now: datetime) -> bool:
    """Accepted by act or by silence: five working days after receipt nothing can be found missing any more. No timer:
    nothing happens that day."""
    if step.accepted or step.received_on is None:
        return step.accepted
    limit = machine.plan.acceptance_limit
    window = deadline(machine.calendar, step.received_on, limit.legal or limit.promised, limit.unit)
    return machine.when(act.waited, now, step.started_at) >= window.ends_at


# -- both -----------------------------------------------------------------------------------------------------------


def _check_complete(machine: CaseMachine, asked: Supplements, act: DepartmentAct) -> None:
    """When all corrections are handed in it must be accepted (art. 32, L-SUPPLEMENT)."""
    if machine.accepts_what_is_complete and act.kind is ActKind.NOT_ACCEPT and asked.complete:
        raise refused(Refusal.MUST_BE_ACCEPTED, act, Rule.SUPPLEMENT)


def _check_content(asked: Supplements, act: DepartmentAct, since: datetime | None) -> None:
    if act.kind is ActKind.OVERRIDE:
        _check_override(asked, act)
        return
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
    until = machine.last_day(machine.plan.supplement_limit, at)
    asked.ask(until)
    if clock is not None:
        waiting = Stop(began=local_date(at), reason=AWAITED, planned=until.day)
        clock.move(clock.facts.model_copy(update={"stops": (*clock.facts.stops, waiting)}), now)
    return until.day


def counted_anew(facts: ClockFacts, at: datetime) -> ClockFacts:
    """The facts of a clock that begins again with a supplement: what was waited for has ended (L-SUPPLEMENT)."""
    day = local_date(at)
    anew = {"started": day, "promised_floor": None, "legal_floor": None}
    return facts.ended_on(day).model_copy(update=anew)
