"""延长期限: once, before the limit is over, approved by whom the law names (art. 42; L-EXT-10, L-EXT-15)."""

from __future__ import annotations

from datetime import datetime

from lianban.catalog.terms import HandlingMode
from lianban.clock.limits import Unit
from lianban.clock.rules import LONGEST_AGENCY_EXTENSION, LONGEST_JOINT_EXTENSION, Rule
from lianban.contracts.acts import DepartmentAct, Refusal
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import ActKind, CaseStatus, EventKind, Role, StepState
from lianban_orchestrator.domain.acts.common import needs_document, needs_person, not_in_past, refused
from lianban_orchestrator.domain.clocks import Level, RunningClock
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.steps import Step


def check(step: Step, act: DepartmentAct, at: datetime) -> None:
    if step.state is StepState.SUPPLEMENT:
        raise refused(Refusal.SUPPLEMENT_AWAITED, act, Rule.SUPPLEMENT)
    if step.is_notice:
        raise refused(Refusal.NOT_EXTENDABLE, act)
    _check(step.clock, step.extended, act, Role.AGENCY_HEAD, LONGEST_AGENCY_EXTENSION, at, step.counted_from)


def apply(machine: CaseMachine, step: Step, act: DepartmentAct, now: datetime) -> list[CaseEvent]:
    assert step.clock is not None
    was = step.clock.last_due
    at = machine.when(act.waited, now, step.started_at)
    step.extended = True
    step.accepted = True  # who asks for more time to decide has accepted
    _extend(step.clock, act, at, now)
    due = step.clock.due_with_trace
    return [machine.step_event(EventKind.STEP_EXTENDED, at, step, act, due=due, was=was, clock=step.clock.facts)]


def check_of_case(machine: CaseMachine, act: DepartmentAct, now: datetime) -> None:
    """Only where departments decide together is there a limit of the whole case that could be extended."""
    if act.department != machine.plan.lead_department:
        raise refused(Refusal.FOREIGN_STEP, act)
    if act.kind is not ActKind.EXTEND:
        raise refused(Refusal.STEP_NOT_OPEN, act)
    if machine.status is not CaseStatus.IN_PROGRESS:
        raise refused(Refusal.STEP_NOT_OPEN, act)
    if machine.plan.handling_mode is HandlingMode.SEPARATE:
        raise refused(Refusal.NOT_EXTENDABLE, act)
    at = machine.when(act.waited, now, machine.accepted_at)
    head, longest = Role.GOVERNMENT_HEAD, LONGEST_JOINT_EXTENSION
    _check(machine.case_clock, machine.extended, act, head, longest, at, machine.accepted_at)


def apply_to_case(machine: CaseMachine, act: DepartmentAct, now: datetime) -> list[CaseEvent]:
    clock = machine.case_clock
    assert clock is not None
    was = clock.last_due
    at = machine.when(act.waited, now, machine.accepted_at)
    machine.extended = True
    _extend(clock, act, at, now)
    return [machine.event(EventKind.CASE_EXTENDED, at, act, due=clock.due_with_trace, was=was, clock=clock.facts)]


def _check(
    clock: RunningClock | None,
    extended: bool,
    act: DepartmentAct,
    head: Role,
    longest: int,
    at: datetime,
    since: datetime | None,
) -> None:
    if clock is None or clock.limit.legal is None or clock.limit.unit is Unit.INSTANT:
        raise refused(Refusal.NOT_EXTENDABLE, act)
    if act.role is not head:
        raise refused(Refusal.WRONG_ROLE, act)
    needs_person(act)
    if extended:
        raise refused(Refusal.ALREADY_EXTENDED, act)
    needs_document(act, Refusal.NOTICE_NEEDED)
    if act.days is None or act.days < 1:
        raise refused(Refusal.LENGTH_NEEDED, act)
    if act.days > longest:
        raise refused(Refusal.TOO_LONG, act, longest=f"{longest} 个工作日")
    not_in_past(act, since)
    if clock.is_over(at):
        raise refused(Refusal.EXPIRED, act)


def _extend(clock: RunningClock, act: DepartmentAct, at: datetime, now: datetime) -> None:
    """The promise moves along, unless it was broken before: that stays broken."""
    facts = clock.facts.model_copy(update={"extension": act.days, "promise_extended": clock.reached(at) is Level.GREEN})
    clock.move(facts, now)
