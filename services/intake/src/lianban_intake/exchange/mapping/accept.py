"""受理: one record a case, when it is accepted. What moves its dates later is a record of process."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Final

from lianban.contracts.events import CaseEvent
from lianban.contracts.status import Cause, EventKind
from lianban_intake.exchange.mapping.actors import handler
from lianban_intake.exchange.records import CaseFile, Record, local, record
from lianban_intake.exchange.staging import ACCEPT

_IDENTITY_CARD: Final = "居民身份证"
_CREDIT_CODE: Final = "统一社会信用代码"


def records(case: CaseFile) -> list[Record]:
    return [
        record(ACCEPT, event, _values(case, event)) for event in case.events if event.kind is EventKind.CASE_ACCEPTED
    ]


def _values(case: CaseFile, event: CaseEvent) -> dict[str, Any]:
    applicant = case.applicant
    company = applicant.get("credit_code") or ""
    return {
        "task_code": case.plan.theme,
        "task_name": case.plan.theme_name,
        "division_code": case.plan.division,
        "apply_date": local(case.received_at),
        "accept_date": _accepted_at(event),
        "promise_date": event.due.promised if event.due else None,
        "legal_date": event.due.legal if event.due else None,
        "accept_doc_no": case.numbers.get(event.seq),
        "applyer_name": applicant["name"],
        "applyer_type": "2" if company else "1",
        "applyer_page_type": _CREDIT_CODE if company else _IDENTITY_CARD,
        "applyer_page_code": company or applicant.get("identity_number") or "",
        "contact_name": applicant["name"],
        "contact_mobile": applicant.get("mobile") or None,
        "org_code": case.plan.lead_department,
        "org_name": case.plan.lead_department_name,
        "handle_user_name": handler(event),
    }


def _accepted_at(event: CaseEvent) -> datetime:
    """By silence it counts as accepted on the day everything had been received (L-ACCEPT-5), told days later."""
    if event.cause is Cause.DEEMED and event.due is not None and event.due.started is not None:
        return datetime.combine(event.due.started, time.min)
    return local(event.at)
