"""Whether an act is possible now, and if not, why: the refusals of the case machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lianban.contracts.acts import DeliveryAct, DepartmentAct, Refusal
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import ActKind, ActorKind, CaseStatus, Decision, StepState
from lianban_orchestrator.domain.refusals import ActRefused

if TYPE_CHECKING:
    from lianban_orchestrator.domain.machine import CaseMachine


def check_act(machine: CaseMachine, act: DepartmentAct) -> None:
    """Raises ActRefused when the act is not possible now."""
    if machine.status not in (CaseStatus.RECEIVED, CaseStatus.IN_PROGRESS, CaseStatus.DELIVERING):
        raise ActRefused(Refusal.CASE_CLOSED)
    if act.step == ACCEPTANCE_STEP and not machine.accepts_on_filing:
        _check_acceptance(machine, act)
        return
    step = machine.steps.get(act.step)
    if step is None:
        raise ActRefused(Refusal.UNKNOWN_STEP, act.step)
    if step.plan.department != act.department:
        raise ActRefused(Refusal.FOREIGN_STEP, act.step)
    if step.state is not StepState.OPEN:
        raise ActRefused(Refusal.STEP_NOT_OPEN, act.step)
    if act.kind is ActKind.ACCEPT:
        if step.accepted:
            raise ActRefused(Refusal.ALREADY_ACCEPTED, act.step)
    elif act.decision is None:
        raise ActRefused(Refusal.DECISION_NEEDED, act.step)
    elif act.decision is Decision.REFUSED:
        if act.actor is not ActorKind.HUMAN or not act.officer:
            raise ActRefused(Refusal.HUMAN_NEEDED, act.step)
        if not act.document:
            raise ActRefused(Refusal.DOCUMENT_NEEDED, act.step)
    elif step.is_notice:
        raise ActRefused(Refusal.TOO_EARLY, act.step)


def _check_acceptance(machine: CaseMachine, act: DepartmentAct) -> None:
    if act.department != machine.plan.lead_department:
        raise ActRefused(Refusal.FOREIGN_STEP, act.step)
    if machine.status is not CaseStatus.RECEIVED:
        raise ActRefused(Refusal.ALREADY_ACCEPTED, act.step)
    if act.kind is not ActKind.ACCEPT:
        raise ActRefused(Refusal.STEP_NOT_OPEN, act.step)


def check_withdraw(machine: CaseMachine) -> None:
    """Raises ActRefused when nothing is left that could be taken back."""
    if machine.status in (CaseStatus.COMPLETED, CaseStatus.REFUSED, CaseStatus.WITHDRAWN):
        raise ActRefused(Refusal.CASE_CLOSED)
    if not machine.deciding:
        raise ActRefused(Refusal.TOO_LATE)


def check_delivery(machine: CaseMachine, act: DeliveryAct) -> None:
    """Raises ActRefused for a shipment this case does not have, or a case that has ended."""
    if machine.closed:
        raise ActRefused(Refusal.CASE_CLOSED)
    if machine.shipments.get(act.shipment) is None:
        raise ActRefused(Refusal.NO_DELIVERY)
