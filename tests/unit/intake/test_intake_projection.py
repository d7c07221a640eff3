"""Folding events: the order they come in does not matter, nor does repetition."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from intake_strategies import arrivals, batch_of, histories

from lianban.clock.facts import ClockFacts, Stop
from lianban.contracts.events import CaseEvent, Due, EventBatch, RecordedEvents
from lianban.contracts.status import CLOSED, CaseStatus, Cause, DeliveryState, EventKind, StepState
from lianban_intake.events.projection import CasePatch, ShipmentPatch, StepPatch, fold

NOW = datetime(2026, 3, 2, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
STOPPED = ClockFacts(started=MONDAY, stops=(Stop(began=date(2026, 3, 4), reason="特别程序：检测"),))
DUE = Due(promised=date(2026, 3, 9), legal=date(2026, 3, 30), calendar_version="v1", started=MONDAY)


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


@given(histories())
def test_a_date_goes_when_its_clock_is_stopped_and_comes_back_with_the_next(history: list[CaseEvent]) -> None:
    for patch in fold(batch_of("C", history)).steps:
        telling = [event for event in history if event.step == patch.code and (event.due or event.clock)]
        last = telling[-1] if telling else None
        assert patch.promised_due == (last.due.promised if last and last.due else None)
        assert patch.due_seq == (last.seq if last else 0)
        halting = [event for event in telling if event.clock]
        assert patch.clock == (halting[-1].clock if halting else None)
        assert sorted(patch.moves or {}) == sorted(str(event.seq) for event in halting)


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


def test_a_stopped_step_has_no_date_and_its_move_says_which_it_had() -> None:
    told = CaseEvent(
        seq=3,
        at=NOW,
        kind=EventKind.STEP_STOPPED,
        case_status=CaseStatus.IN_PROGRESS,
        step="a",
        state=StepState.STOPPED,
        was=DUE,
        clock=STOPPED,
        days=8,
    )
    [patch] = fold(batch_of("C", [told])).steps
    assert patch.moves is not None
    move = patch.moves["3"]
    assert (move.was and move.was.promised, move.due, move.days) == (date(2026, 3, 9), None, 8)
    expected = StepPatch(case_no="C", code="a", state=StepState.STOPPED, light="none", seq=3)
    expected.due_seq = expected.clock_seq = 3
    expected.clock, expected.moves = STOPPED, patch.moves
    assert patch == expected


@pytest.mark.parametrize(
    ("kind", "status", "cause"),
    [
        (EventKind.CASE_SUPPLEMENT_REQUESTED, CaseStatus.SUPPLEMENT, None),
        (EventKind.CASE_SUPPLEMENT_RECEIVED, CaseStatus.RECEIVED, None),
        (EventKind.CASE_REDATED, CaseStatus.RECEIVED, Cause.CALENDAR),
        (EventKind.CASE_REDATED, CaseStatus.DELIVERING, Cause.DELIVERY),
    ],
)
def test_the_clocks_of_acceptance_and_delivery_are_not_the_cases(
    kind: EventKind, status: CaseStatus, cause: Cause | None
) -> None:
    told = CaseEvent(seq=1, at=NOW, kind=kind, case_status=status, cause=cause, due=DUE, was=DUE, clock=STOPPED)
    [case] = fold(batch_of("C", [told])).cases
    assert (case.promised_due, case.clock, case.moves) == (None, None, None)


@pytest.mark.parametrize("status", sorted(CLOSED))
def test_a_closed_case_is_closed_from_the_event_that_says_so(status: CaseStatus) -> None:
    told = CaseEvent(seq=1, at=NOW, kind=EventKind(f"case.{status}"), case_status=status)
    [case] = fold(batch_of("C", [told])).cases
    assert (case.status, case.closed_at) == (status, NOW)


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
