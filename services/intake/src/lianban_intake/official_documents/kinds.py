"""Kinds of official documents, and which event yields one. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from lianban.catalog.terms import StepKind
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import Decision, DeliveryState, EventKind


class DocumentKind(StrEnum):
    ACCEPTANCE = "acceptance"
    SUPPLEMENT = "supplement"
    NOT_ACCEPTED = "not_accepted"
    SPECIAL_PROCEDURE = "special_procedure"
    EXTENSION = "extension"
    APPROVAL = "approval"
    REFUSAL = "refusal"
    TERMINATION = "termination"
    DELIVERY_RECEIPT = "delivery_receipt"


TITLE_ZH: Final = {
    DocumentKind.ACCEPTANCE: "受理通知书",
    DocumentKind.SUPPLEMENT: "一次性补正告知书",
    DocumentKind.NOT_ACCEPTED: "不予受理通知书",
    DocumentKind.SPECIAL_PROCEDURE: "特别程序告知书",
    DocumentKind.EXTENSION: "延长办理期限告知书",
    DocumentKind.APPROVAL: "准予决定书",
    DocumentKind.REFUSAL: "不予许可（办理）决定书",
    DocumentKind.TERMINATION: "终止办理告知书",
    DocumentKind.DELIVERY_RECEIPT: "送达回证",
}
NUMBER_WORD: Final = {
    DocumentKind.ACCEPTANCE: "受",
    DocumentKind.SUPPLEMENT: "补",
    DocumentKind.NOT_ACCEPTED: "不受",
    DocumentKind.SPECIAL_PROCEDURE: "特",
    DocumentKind.EXTENSION: "延",
    DocumentKind.APPROVAL: "准",
    DocumentKind.REFUSAL: "不准",
    DocumentKind.TERMINATION: "终",
    DocumentKind.DELIVERY_RECEIPT: "送",
}
"""文种代字, after the authority's own in a number (发文字号)."""

STEP_KINDS: Final = {DocumentKind.APPROVAL: StepKind.DECIDE}
"""Where only steps of one kind yield it: a registry that verifies and a department that gives its opinion decide
nothing the applicant is told in a document of its own. Any refusal is told in one (L-REFUSE)."""

READ_PAST: Final = frozenset({DocumentKind.ACCEPTANCE, DocumentKind.TERMINATION, DocumentKind.DELIVERY_RECEIPT})
"""Documents that tell of earlier events too, and so can only be written once all of these are recorded."""

_BY_EVENT: Final = {
    EventKind.CASE_ACCEPTED: DocumentKind.ACCEPTANCE,
    EventKind.CASE_SUPPLEMENT_REQUESTED: DocumentKind.SUPPLEMENT,
    EventKind.STEP_SUPPLEMENT_REQUESTED: DocumentKind.SUPPLEMENT,
    EventKind.CASE_NOT_ACCEPTED: DocumentKind.NOT_ACCEPTED,
    EventKind.STEP_NOT_ACCEPTED: DocumentKind.NOT_ACCEPTED,
    EventKind.STEP_STOPPED: DocumentKind.SPECIAL_PROCEDURE,
    EventKind.CASE_EXTENDED: DocumentKind.EXTENSION,
    EventKind.STEP_EXTENDED: DocumentKind.EXTENSION,
    EventKind.CASE_LAPSED: DocumentKind.TERMINATION,
    EventKind.STEP_LAPSED: DocumentKind.TERMINATION,
}
_BY_DECISION: Final = {Decision.GRANTED: DocumentKind.APPROVAL, Decision.REFUSED: DocumentKind.REFUSAL}


def document_kind(event: CaseEvent) -> DocumentKind | None:
    """The document the event yields, if any; see :data:`STEP_KINDS` for what depends on its step."""
    if event.kind is EventKind.STEP_DECIDED and event.decision is not None:
        return _BY_DECISION[event.decision]
    if event.kind is EventKind.DELIVERY_MOVED and event.delivery is DeliveryState.SIGNED:
        return DocumentKind.DELIVERY_RECEIPT
    return _BY_EVENT.get(event.kind)
