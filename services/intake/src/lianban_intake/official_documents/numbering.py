"""What a batch of events reserves numbers for. Pure; the statement that records the events reserves them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from lianban.clock.deadlines import local_date
from lianban.contracts.events import EventBatch
from lianban_intake.official_documents.kinds import NUMBER_WORD, STEP_KINDS, document_kind

AUTHORITY_WORD: Final = "天办"
"""机关代字, what numbers begin with, where a city sets no other."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """``prefix``: of the number, before its serial. ``step_kind``: reserved only if the step is of that kind."""

    case_no: str
    seq: int
    kind: str
    prefix: str
    dated: date
    step: str | None
    step_kind: str | None


def reservations(batch: EventBatch, authority: str) -> list[Reservation]:
    found: dict[tuple[str, int], Reservation] = {}
    for recorded in batch.cases:
        for event in recorded.events:
            if (kind := document_kind(event)) is None:
                continue
            dated = local_date(event.at)
            found[recorded.case_no, event.seq] = Reservation(
                case_no=recorded.case_no,
                seq=event.seq,
                kind=kind,
                prefix=f"{authority}{NUMBER_WORD[kind]}〔{dated.year}〕",
                dated=dated,
                step=event.step,
                step_kind=STEP_KINDS.get(kind),
            )
    return [found[key] for key in sorted(found)]
