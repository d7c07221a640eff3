"""结果: what each step decided, a record for every certificate it issued; and how the case as a whole ended."""

from __future__ import annotations

from typing import Any, Final

from lianban.catalog.terms import DeliveryMode
from lianban.contracts.documents import ActResult
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import OUTCOME_ZH, STEP_STATE_ZH, EventKind
from lianban_intake.exchange.mapping.actors import handler, place
from lianban_intake.exchange.records import CaseFile, Record, local, record
from lianban_intake.exchange.staging import RESULT

_STEP_ENDS: Final = frozenset({EventKind.STEP_DECIDED, EventKind.STEP_NOT_ACCEPTED, EventKind.STEP_LAPSED})
_CASE_DECIDED: Final = frozenset(
    {EventKind.CASE_DECIDED, EventKind.CASE_WITHDRAWN, EventKind.CASE_NOT_ACCEPTED, EventKind.CASE_LAPSED}
)
"""办结. What closes a case after that is delivery."""


def records(case: CaseFile) -> list[Record]:
    found: list[Record] = []
    for event in case.events:
        if event.kind in _STEP_ENDS and event.state is not None:
            kind, name = str(event.state), STEP_STATE_ZH[event.state]
            issued: tuple[ActResult | None, ...] = case.act(event).results or (None,)
            found += [
                record(RESULT, event, _values(case, event, kind, name, certificate), item)
                for item, certificate in enumerate(issued)
            ]
        elif event.kind in _CASE_DECIDED and event.outcome is not None:
            kind, name = str(event.outcome), OUTCOME_ZH[event.outcome]
            found.append(record(RESULT, event, _values(case, event, kind, name, None)))
    return found


def _values(case: CaseFile, event: CaseEvent, kind: str, name: str, certificate: ActResult | None) -> dict[str, Any]:
    return {
        **place(case, event),
        "result_type": kind,
        "result_name": name,
        "result_date": local(event.at),
        "result_explain": case.act(event).reason,
        "result_cetr_name": certificate.name if certificate else None,
        "result_cetr_no": certificate.number if certificate else None,
        "is_delivery_results": int(case.delivery_mode is DeliveryMode.COURIER),
        "handle_user_name": handler(event),
    }
