"""A restaurant's case as the feed reads it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from lianban.catalog.terms import DeliveryMode
from lianban.contracts.documents import ActDocument
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import CaseStatus, EventKind
from lianban_intake.exchange.records import CaseFile
from unit.intake.official_documents.official_document_samples import CASE_NO, STEP, compiled

__all__ = ["CASE_NO", "STEP", "case_of", "event"]

START = datetime(2026, 9, 28, 1, 30, tzinfo=UTC)  # 09:30 in Tianmen
APPLICANT = {"name": "张三", "identity_number": "42900619900307006X", "mobile": "13800000000"}


def event(seq: int, kind: EventKind, **fields: Any) -> CaseEvent:
    fields.setdefault("case_status", CaseStatus.IN_PROGRESS)
    fields.setdefault("at", START + timedelta(days=seq))
    return CaseEvent(seq=seq, kind=kind, **fields)


def case_of(
    *events: CaseEvent,
    acts: dict[str, ActDocument] | None = None,
    materials: list[dict[str, Any]] | None = None,
    **fields: Any,
) -> CaseFile:
    """Of the filing and these, numbered from 1."""
    plan, cut = compiled()
    received = event(0, EventKind.CASE_RECEIVED, case_status=CaseStatus.RECEIVED)
    told = [received, *events]
    return CaseFile(
        **{
            "case_no": CASE_NO,
            "received_at": START,
            "delivery_mode": DeliveryMode.COURIER,
            "plan": plan,
            "names": {code: material.name for code, material in cut.materials.items()},
            "numbers": {1: "天办受〔2026〕7号"},
            "events": told,
            "recorded": [each.at for each in told],
            "latest": told[-1].seq,
            "applicant": APPLICANT,
            "materials": materials or [],
            "supplements": {},
            "acts": acts or {},
            **fields,
        }
    )
