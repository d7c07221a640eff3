"""What is planned, as the act a department or the applicant does."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from lianban.catalog.plan import PlanProcedure
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import deadline, local_date
from lianban.clock.rules import LONGEST_AGENCY_EXTENSION
from lianban.contracts import names
from lianban.contracts.acts import DepartmentAct, Supplement
from lianban.contracts.status import ActKind, ActorKind, Decision, Role
from lianban_rehearsal.course.itinerary import Doing, Planned

_DOCUMENT: Final = "0" * 64
"""Digest of a written statement: a case carries it and does not look inside."""

_KINDS: Final = {
    Doing.ASK: ActKind.REQUEST_SUPPLEMENT,
    Doing.STOP: ActKind.STOP,
    Doing.RESUME: ActKind.RESUME,
    Doing.EXTEND: ActKind.EXTEND,
    Doing.END: ActKind.DECIDE,
}


def act_of(
    planned: Planned,
    step: str,
    department: str,
    procedure: PlanProcedure | None,
    calendar: CalendarSnapshot,
    refused: bool,
) -> tuple[str, Any, str]:
    """Update, input, and id."""
    act_id = f"{step}:{planned.doing}"
    if planned.doing is Doing.SUPPLY:
        return names.UPDATE_SUPPLEMENT, Supplement(act_id=act_id, step=step), act_id
    kind = ActKind.ACCEPT if step == names.ACCEPTANCE_STEP and planned.doing is Doing.END else _KINDS[planned.doing]
    particulars: dict[str, Any] = {}
    if kind is ActKind.DECIDE:
        particulars = {"decision": Decision.REFUSED if refused else Decision.GRANTED}
    elif kind is ActKind.EXTEND:
        particulars = {"role": Role.AGENCY_HEAD, "days": LONGEST_AGENCY_EXTENSION}
    elif procedure is not None and kind in (ActKind.STOP, ActKind.RESUME):
        particulars = {"procedure": procedure.kind, "days": _planned_days(procedure, planned.at, calendar)}
    act = DepartmentAct(
        act_id=act_id,
        step=step,
        department=department,
        kind=kind,
        actor=ActorKind.HUMAN,
        officer="rehearsal",
        document=None if kind in (ActKind.ACCEPT, ActKind.DECIDE) and not refused else _DOCUMENT,
        occurred_at=planned.at,
        **particulars,
    )
    return names.UPDATE_ACT, act, act_id


def _planned_days(procedure: PlanProcedure, at: datetime, calendar: CalendarSnapshot) -> int:
    """As many working days as the longest the matter allows, which is what the applicant is told."""
    day, longest = local_date(at), procedure.longest
    last = deadline(calendar, day, longest.promised, longest.unit).day
    return max(1, calendar.working_days_between(day, last))
