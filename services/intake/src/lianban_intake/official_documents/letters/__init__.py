"""What each kind of official document says. Pure: from the case's record to a letter, ready to be typeset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from lianban_intake.official_documents.kinds import DocumentKind
from lianban_intake.official_documents.letters import acceptance, clocks, decisions, delivery
from lianban_intake.official_documents.letters.letter import Letter
from lianban_intake.official_documents.record import CaseRecord

_WRITERS: Final[Mapping[DocumentKind, Callable[[CaseRecord], Letter]]] = {
    DocumentKind.ACCEPTANCE: acceptance.accepted,
    DocumentKind.SUPPLEMENT: acceptance.supplement,
    DocumentKind.NOT_ACCEPTED: acceptance.not_accepted,
    DocumentKind.TERMINATION: acceptance.lapsed,
    DocumentKind.SPECIAL_PROCEDURE: clocks.special_procedure,
    DocumentKind.EXTENSION: clocks.extension,
    DocumentKind.APPROVAL: decisions.approval,
    DocumentKind.REFUSAL: decisions.refusal,
    DocumentKind.DELIVERY_RECEIPT: delivery.receipt,
}


def write(record: CaseRecord) -> Letter:
    return _WRITERS[record.kind](record)
