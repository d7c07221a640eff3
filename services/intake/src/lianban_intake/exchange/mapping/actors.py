"""Who did it, and where."""

from __future__ import annotations

from typing import Any, Final

from lianban.contracts.events import CaseEvent
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import EventKind
from lianban_intake.exchange.records import CaseFile

SYSTEM: Final = "系统"
APPLICANT: Final = "申请人"

_WHOLE: Final = "整体办件"
_ACCEPTANCE: Final = "统一受理"
_BY_APPLICANT: Final = frozenset(
    {
        EventKind.CASE_RECEIVED,
        EventKind.CASE_WITHDRAWN,
        EventKind.CASE_SUPPLEMENT_RECEIVED,
        EventKind.STEP_SUPPLEMENT_RECEIVED,
    }
)


def handler(event: CaseEvent) -> str:
    """Officers are known by their code in the department; nobody did it by hand where there is none."""
    return APPLICANT if event.kind in _BY_APPLICANT else event.officer or SYSTEM


def place(case: CaseFile, event: CaseEvent) -> dict[str, Any]:
    """The step and its department; the lead department's where it is about the case as a whole."""
    step = next((step for step in case.plan.steps if step.code == event.step), None)
    if step is None:
        return {
            "process_code": event.step,
            "process_name": _ACCEPTANCE if event.step == ACCEPTANCE_STEP else _WHOLE,
            "org_code": case.plan.lead_department,
            "org_name": case.plan.lead_department_name,
        }
    return {
        "process_code": step.code,
        "process_name": step.name,
        "org_code": step.department,
        "org_name": step.department_name,
    }
