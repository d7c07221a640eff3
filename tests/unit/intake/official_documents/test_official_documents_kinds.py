"""Which events yield a document, and what is reserved for them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from official_document_samples import KINDS, SAMPLES, event

from lianban.contracts.events import EventBatch, RecordedEvents
from lianban.contracts.status import Cause, DeliveryState, EventKind
from lianban_intake.official_documents.kinds import NUMBER_WORD, TITLE_ZH, DocumentKind, document_kind
from lianban_intake.official_documents.numbering import Reservation, reservations


def test_every_kind_has_a_title_a_number_and_an_event() -> None:
    assert set(TITLE_ZH) == set(NUMBER_WORD) == set(KINDS.values()) == set(DocumentKind)
    assert len(set(NUMBER_WORD.values())) == len(DocumentKind)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (EventKind.CASE_RECEIVED, {}),
        (EventKind.STEP_STARTED, {"step": "a"}),
        (EventKind.STEP_ACCEPTED, {"step": "a"}),
        (EventKind.STEP_RESUMED, {"step": "a"}),
        (EventKind.STEP_REDATED, {"step": "a", "cause": Cause.CALENDAR}),
        (EventKind.CASE_STOPPED, {}),  # follows from the stops of its steps, of each of which the applicant was told
        (EventKind.DELIVERY_MOVED, {"delivery": DeliveryState.PICKED_UP}),
        (EventKind.STEP_CANCELLED, {"step": "a"}),
        (EventKind.CASE_COMPLETED, {}),
    ],
)
def test_other_events_yield_none(kind: EventKind, fields: dict[str, Any]) -> None:
    assert document_kind(event(1, kind, **fields)) is None


def test_reserved_once_for_each_event_in_order() -> None:
    accepted, _ = SAMPLES["accepted"]
    granted, _ = SAMPLES["granted"]
    told = RecordedEvents(case_no="C2", events=(granted, accepted, event(3, EventKind.CASE_STOPPED), accepted))
    other = RecordedEvents(case_no="C1", events=(accepted,))
    assert [
        (found.case_no, found.seq, found.kind, found.step_kind) for found in reservations(_batch(told, other), "某办")
    ] == [
        ("C1", 1, "acceptance", None),
        ("C2", 1, "acceptance", None),
        ("C2", 6, "approval", "DECIDE"),
    ]


def test_dated_by_the_clock_of_china() -> None:
    new_year = event(1, EventKind.CASE_ACCEPTED).model_copy(update={"at": datetime(2026, 12, 31, 16, 0, tzinfo=UTC)})
    [found] = reservations(_batch(RecordedEvents(case_no="C1", events=(new_year,))), "某办")
    assert found == Reservation(
        case_no="C1",
        seq=1,
        kind="acceptance",
        prefix="某办受〔2027〕",
        dated=date(2027, 1, 1),
        step=None,
        step_kind=None,
    )


def _batch(*cases: RecordedEvents) -> EventBatch:
    return EventBatch(cases=cases)
