"""受理 of a task by its department, and 办结: granted, or refused by a person in writing (art. 38, L-REFUSE)."""

from __future__ import annotations

from datetime import datetime

from lianban.contracts.acts import DepartmentAct, Refusal
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import ActKind, Decision, EventKind
from lianban_orchestrator.domain.acts.common import needs_document, needs_open, needs_person, refused
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.steps import Step
from lianban_orchestrator.domain.transitions import Trigger


def check(step: Step, act: DepartmentAct) -> None:
    needs_open(step, act)
    if act.kind is ActKind.ACCEPT:
        if step.accepted:
            raise refused(Refusal.ALREADY_ACCEPTED, act)
    elif act.decision is None:
        raise refused(Refusal.DECISION_NEEDED, act)
    elif act.decision is Decision.REFUSED:
        needs_person(act)
        needs_document(act)
    elif step.is_notice:
        raise refused(Refusal.TOO_EARLY, act)


def apply(machine: CaseMachine, step: Step, act: DepartmentAct, now: datetime) -> list[CaseEvent]:
    if act.kind is ActKind.ACCEPT:
        step.accepted = True
        return [machine.step_event(EventKind.STEP_ACCEPTED, now, step, act=act)]
    step.document = act.document
    decided_at = machine.when(act.waited, now, step.started_at)
    if act.decision is Decision.GRANTED:
        return machine.grant(step, decided_at, now, act=act)
    step.end(Trigger.REFUSE, decided_at)
    event = machine.step_event(EventKind.STEP_DECIDED, decided_at, step, act=act)
    machine.shipments.refusals.append(event.seq)
    return machine.end_negatively(step, event, now)
