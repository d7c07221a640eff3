"""过程: what was done, and what became of it. Lights are our own supervision's, and no record of the case."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from lianban.contracts.events import CaseEvent
from lianban.contracts.status import DELIVERY_ZH, EVENT_ZH, STEP_STATE_ZH, Cause, EventKind
from lianban_intake.exchange.mapping.actors import handler, place
from lianban_intake.exchange.records import CaseFile, Record, local, record
from lianban_intake.exchange.staging import PROCESS

NOT_TOLD: Final = frozenset({EventKind.CASE_LIGHT, EventKind.STEP_LIGHT})

_CAUSE_ZH: Final = {
    Cause.DEEMED: "逾期未告知，自收件之日起视为受理",
    Cause.GATE_REFUSED: "前置环节不予办理",
    Cause.ALL_REFUSED: "有环节不予办理，整体不再办理",
    Cause.APPLICANT_WITHDREW: "申请人撤回",
    Cause.NOTICE_ENDED: "公示期满无异议",
    Cause.TACIT_OPINION: "逾期未反馈，视为无异议",
    Cause.NOT_SUPPLEMENTED: "逾期未补正",
    Cause.CALENDAR: "工作日历调整",
}
_ENDS: Final = frozenset({EventKind.STEP_DECIDED, EventKind.STEP_NOT_ACCEPTED, EventKind.STEP_LAPSED})


def records(case: CaseFile) -> list[Record]:
    started: dict[str | None, datetime] = {}
    found = []
    for event in case.events:
        if event.kind in NOT_TOLD:
            continue
        if event.kind is EventKind.STEP_STARTED:
            started[event.step] = event.at
        began = started.get(event.step, event.at) if event.kind in _ENDS else event.at
        found.append(record(PROCESS, event, _values(case, event, began)))
    return found


def _values(case: CaseFile, event: CaseEvent, began: datetime) -> dict[str, Any]:
    return {
        **place(case, event),
        "event_name": EVENT_ZH[event.kind],
        "event_start_time": local(began),
        "event_end_time": local(event.at),
        "handle_explain": _explanation(case, event),
        "handle_user_name": handler(event),
    }


def _explanation(case: CaseFile, event: CaseEvent) -> str | None:
    """What it came to, why, and what a department said of it, as far as there is anything to say."""
    act = case.act(event)
    parts = [
        STEP_STATE_ZH[event.state] if event.kind is EventKind.STEP_DECIDED and event.state else None,
        DELIVERY_ZH[event.delivery] if event.delivery else None,
        _CAUSE_ZH.get(event.cause) if event.cause else None,
        act.reason,
        *(item.note for item in act.missing),
        act.outcome,
        _dates(event),
    ]
    return "；".join(part for part in parts if part) or None


def _dates(event: CaseEvent) -> str | None:
    """Of events that move a date or set one."""
    if event.until is not None:
        return f"期限至 {event.until}"
    if event.was is not None and event.due is not None and event.was.promised != event.due.promised:
        return f"承诺办结日期由 {event.was.promised} 改为 {event.due.promised}"
    return None
