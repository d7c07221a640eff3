"""What every act is asked first."""

from __future__ import annotations

from datetime import datetime

from lianban.clock.deadlines import local_date
from lianban.clock.rules import Rule
from lianban.contracts.acts import DepartmentAct, Refusal, rule_of
from lianban.contracts.status import ActorKind, StepState
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.refusals import ActRefused
from lianban_orchestrator.domain.steps import Step


def refused(refusal: Refusal, act: DepartmentAct, rule: Rule | None = None, longest: str = "") -> ActRefused:
    return ActRefused(refusal, rule or rule_of(act.kind, act.step, act.decision), act.step, longest)


def step_of(machine: CaseMachine, act: DepartmentAct) -> Step:
    """The department's own step, begun and not ended."""
    step = machine.steps.get(act.step)
    if step is None:
        raise refused(Refusal.UNKNOWN_STEP, act)
    if step.plan.department != act.department:
        raise refused(Refusal.FOREIGN_STEP, act)
    if not step.with_department:
        raise refused(Refusal.STEP_NOT_OPEN, act)
    return step


def needs_open(step: Step, act: DepartmentAct) -> None:
    """Neither the applicant nor a special procedure is waited for."""
    if step.state is StepState.SUPPLEMENT:
        raise refused(Refusal.SUPPLEMENT_AWAITED, act, Rule.SUPPLEMENT)
    if step.state is StepState.STOPPED:
        raise refused(Refusal.STOPPED, act, Rule.STOP)


def needs_person(act: DepartmentAct, rule: Rule | None = None) -> None:
    """No system does this by itself."""
    if act.actor is not ActorKind.HUMAN or not act.officer:
        raise refused(Refusal.HUMAN_NEEDED, act, rule)


def needs_document(act: DepartmentAct, refusal: Refusal = Refusal.DOCUMENT_NEEDED) -> None:
    if not act.document:
        raise refused(refusal, act)


def not_in_past(act: DepartmentAct, since: datetime | None) -> None:
    """What is dated before the day the step began is a mistake somebody has to look at. By days: clocks of departments
    differ by minutes."""
    if since is not None and local_date(act.occurred_at) < local_date(since):
        raise refused(Refusal.IN_PAST, act)
