"""What departments do to a case: whether it is possible, by which rule it is refused, and what it brings about.

``check`` raises and changes nothing; ``apply`` checks again, because another act of the same turn may have come first.
"""

from __future__ import annotations

from datetime import datetime

from lianban.contracts.acts import DepartmentAct, Refusal, Supplement
from lianban.contracts.events import CaseEvent
from lianban.contracts.names import ACCEPTANCE_STEP, CASE_STEP
from lianban.contracts.status import ActKind, CaseStatus
from lianban_orchestrator.domain.acts import acceptance, decision, extension, procedures, supplement
from lianban_orchestrator.domain.acts.common import refused, step_of
from lianban_orchestrator.domain.machine import CaseMachine

_ACTIVE = (CaseStatus.RECEIVED, CaseStatus.SUPPLEMENT, CaseStatus.IN_PROGRESS, CaseStatus.DELIVERING)


def check(machine: CaseMachine, act: DepartmentAct, now: datetime) -> None:
    """Raises ActRefused when the act is not possible now."""
    if machine.status not in _ACTIVE:
        raise refused(Refusal.CASE_CLOSED, act)
    if act.step == ACCEPTANCE_STEP and not machine.accepts_on_filing:
        acceptance.check_of_case(machine, act, now)
        return
    if act.step == CASE_STEP and act.step not in machine.steps:
        extension.check_of_case(machine, act, now)
        return
    step = step_of(machine, act)
    match act.kind:
        case ActKind.DECIDE | ActKind.ACCEPT:
            decision.check(step, act)
        case ActKind.NOT_ACCEPT | ActKind.REQUEST_SUPPLEMENT | ActKind.OVERRIDE:
            acceptance.check(machine, step, act, now)
        case ActKind.STOP | ActKind.RESUME:
            procedures.check(machine, step, act, now)
        case ActKind.EXTEND:
            extension.check(step, act, machine.when(act.waited, now, step.started_at))


def apply(machine: CaseMachine, act: DepartmentAct, now: datetime) -> list[CaseEvent]:
    """The events it makes. Raises ActRefused when the act is not possible now; nothing has changed then."""
    check(machine, act, now)
    if act.step == ACCEPTANCE_STEP and act.step not in machine.steps:
        return acceptance.apply_to_case(machine, act, now)
    if act.step == CASE_STEP and act.step not in machine.steps:
        return extension.apply_to_case(machine, act, now)
    step = machine.steps[act.step]
    match act.kind:
        case ActKind.DECIDE | ActKind.ACCEPT:
            return decision.apply(machine, step, act, now)
        case ActKind.NOT_ACCEPT | ActKind.REQUEST_SUPPLEMENT | ActKind.OVERRIDE:
            return acceptance.apply(machine, step, act, now)
        case ActKind.STOP:
            return procedures.stop(machine, step, act, now)
        case ActKind.RESUME:
            return procedures.resume(machine, step, act, now)
        case ActKind.EXTEND:
            return extension.apply(machine, step, act, now)


def check_supplement(machine: CaseMachine, handed_in: Supplement, now: datetime) -> None:
    """Raises ActRefused when nothing is asked of the applicant by that step, or the time for it is over."""
    supplement.check(machine, handed_in, now)


def apply_supplement(machine: CaseMachine, handed_in: Supplement, now: datetime) -> list[CaseEvent]:
    return supplement.apply(machine, handed_in, now)
