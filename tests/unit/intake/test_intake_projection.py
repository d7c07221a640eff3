"""Folding events: the order they come in does not matter, nor does repetition."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from hypothesis import given
from intake_strategies import arrivals, batch_of, histories

from lianban.contracts.events import CaseEvent, EventBatch, RecordedEvents
from lianban.contracts.status import CaseStatus, DeliveryState, EventKind, StepState
from lianban_intake.events.projection import CasePatch, ShipmentPatch, fold

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@given(arrivals())
def test_any_order_and_any_repetition_in_one_batch_fold_to_the_same(
    arrival: tuple[list[CaseEvent], list[list[CaseEvent]]],
) -> None:
    history, batches = arrival
    together = EventBatch(cases=tuple(RecordedEvents(case_no="C", events=tuple(events)) for events in batches))
    once = fold(batch_of("C", history))
    assert fold(together) == once
    assert [row.seq for row in once.events] == [event.seq for event in history]


@given(histories())
def test_status_is_the_last_events(history: list[CaseEvent]) -> None:
    [case] = fold(batch_of("C", history)).cases
    assert (case.status, case.seq) == (history[-1].case_status, history[-1].seq)


@given(histories())
def test_a_step_shows_its_own_last_event(history: list[CaseEvent]) -> None:
    for patch in fold(batch_of("C", history)).steps:
        own = [event for event in history if event.step == patch.code and event.state is not None]
        assert patch.state == (own[-1].state if own else None)


@given(histories(), histories())
def test_cases_do_not_meet(one: list[CaseEvent], other: list[CaseEvent]) -> None:
    both = fold(EventBatch(cases=(*batch_of("B", one).cases, *batch_of("A", other).cases)))
    alone = [fold(batch_of("A", other)), fold(batch_of("B", one))]
    assert both.events == [row for folded in alone for row in folded.events]
    assert [asdict(patch) for patch in both.cases] == [asdict(patch) for folded in alone for patch in folded.cases]
    assert [patch.case_no for patch in both.cases] == ["A", "B"], "locks are taken in one order"


def test_a_step_event_tells_nothing_of_the_case_but_its_status() -> None:
    event = CaseEvent(
        seq=1,
        at=NOW,
        kind=EventKind.STEP_STARTED,
        case_status=CaseStatus.IN_PROGRESS,
        step="a",
        state=StepState.OPEN,
        light="red",
    )
    [case] = fold(batch_of("C", [event])).cases
    assert case == CasePatch(case_no="C", status=CaseStatus.IN_PROGRESS, seq=1)


def test_each_shipment_has_its_own_last_state() -> None:
    def moved(seq: int, shipment: int | None, state: DeliveryState) -> CaseEvent:
        return CaseEvent(
            seq=seq,
            at=NOW,
            kind=EventKind.DELIVERY_MOVED,
            case_status=CaseStatus.DELIVERING,
            delivery=state,
            shipment=shipment,
        )

    events = [
        moved(2, 2, DeliveryState.ORDERED),
        moved(3, 1, DeliveryState.SIGNED),
        moved(1, None, DeliveryState.ORDERED),
    ]
    assert fold(batch_of("C", events)).shipments == [
        ShipmentPatch("C", 1, DeliveryState.SIGNED, 3),
        ShipmentPatch("C", 2, DeliveryState.ORDERED, 2),
    ]


def test_nothing_folds_to_nothing() -> None:
    assert fold(EventBatch(cases=())).cases == []
    assert fold(batch_of("C", [])).cases == []
