"""特别程序: one record a procedure, from its beginning; told anew when it has ended (L-STOP)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from lianban.catalog.terms import SpecialProcedureKind
from lianban.catalog.wording import SPECIAL_PROCEDURE_ZH
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import STEP_STATE_ZH, EventKind
from lianban_intake.exchange.mapping.actors import handler, place
from lianban_intake.exchange.records import CaseFile, Record, local, record
from lianban_intake.exchange.staging import SPECIAL_PROCEDURE

_STEP_ENDS: Final = frozenset(
    {EventKind.STEP_DECIDED, EventKind.STEP_CANCELLED, EventKind.STEP_NOT_ACCEPTED, EventKind.STEP_LAPSED}
)
_Running = tuple[str | None, SpecialProcedureKind]


def records(case: CaseFile) -> list[Record]:
    found: dict[int, Record] = {}
    running: dict[_Running, int] = {}
    for event in case.events:
        if event.kind is EventKind.STEP_STOPPED and event.procedure is not None:
            found[event.seq] = record(SPECIAL_PROCEDURE, event, _values(case, event, event.procedure))
            running[event.step, event.procedure] = event.seq
        elif event.kind is EventKind.STEP_RESUMED and event.procedure is not None:
            began = running.pop((event.step, event.procedure), None)
            if began is not None:
                found[began] = _ended(found[began], event, case.act(event).outcome or case.act(event).reason)
        elif event.kind in _STEP_ENDS:
            for key in [each for each in running if each[0] == event.step]:
                began = running.pop(key)
                found[began] = _ended(found[began], event, STEP_STATE_ZH[event.state] if event.state else None)
    return list(found.values())


def _values(case: CaseFile, event: CaseEvent, procedure: SpecialProcedureKind) -> dict[str, Any]:
    return {
        **place(case, event),
        "special_type": str(procedure),
        "special_name": SPECIAL_PROCEDURE_ZH[procedure],
        "special_reason": case.act(event).reason,
        "special_time": local(event.at),
        "end_time": None,
        "result": None,
        "handle_user_name": handler(event),
    }


def _ended(begun: Record, event: CaseEvent, result: str | None) -> Record:
    told = record(SPECIAL_PROCEDURE, event, {**begun.values, "end_time": local(event.at), "result": result})
    return replace(told, seq=begun.seq)
