"""Events folded into patches of what progress shows. Pure.

Events arrive in batches, repeated, and in any order, from several senders at once. So a patch is a join: each group of
fields goes with the number of the event that set it, the higher number wins, of a moment that can be told twice the
later one stays, and moves are kept by the number of their event. Joining is associative, commutative and idempotent;
``repository.py`` does the same join between patch and row, whence every order of arrival leaves the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Self, TypeVar

from lianban.clock.facts import ClockFacts
from lianban.contracts.events import CaseEvent, EventBatch
from lianban.contracts.status import CaseStatus, Cause, EventKind
from lianban_intake.events.moves import Move

K = TypeVar("K", str, tuple[str, str], tuple[str, int])
V = TypeVar("V")

_STEP_ENDS: Final = frozenset(
    {EventKind.STEP_DECIDED, EventKind.STEP_CANCELLED, EventKind.STEP_NOT_ACCEPTED, EventKind.STEP_LAPSED}
)
_DELIVERY: Final = frozenset({EventKind.DELIVERY_ORDERED, EventKind.DELIVERY_MOVED})
_CASE_ENDS: Final = frozenset(
    {
        EventKind.CASE_COMPLETED,
        EventKind.CASE_REFUSED,
        EventKind.CASE_WITHDRAWN,
        EventKind.CASE_NOT_ACCEPTED,
        EventKind.CASE_LAPSED,
    }
)
_UNACCEPTED: Final = (CaseStatus.RECEIVED, CaseStatus.SUPPLEMENT)


@dataclass(slots=True)
class _ClockPatch:
    """Of a clock: its deadline, the facts that followed from what happened to it, and when it moved. A number of 0: no
    event has told of it."""

    promised_due: date | None = None
    legal_due: date | None = None
    due_provisional: bool | None = None
    due_started: date | None = None
    calendar_version: str | None = None
    due_seq: int = 0
    clock: ClockFacts | None = None
    clock_seq: int = 0
    moves: dict[str, Move] | None = None

    def _take_clock(self, event: CaseEvent) -> None:
        if event.due is not None and event.seq >= self.due_seq:
            self.promised_due = event.due.promised
            self.legal_due = event.due.legal
            self.due_provisional = event.due.provisional
            self.due_started = event.due.started
            self.calendar_version = event.due.calendar_version
            self.due_seq = event.seq
        if event.clock is None:
            return
        if event.due is None and event.seq >= self.due_seq:  # stopped: there is no date until it goes on
            self.promised_due = self.legal_due = self.due_provisional = self.due_started = None
            self.calendar_version = None
            self.due_seq = event.seq
        if event.seq >= self.clock_seq:
            self.clock, self.clock_seq = event.clock, event.seq
        self.moves = {**(self.moves or {}), str(event.seq): Move.of(event)}


@dataclass(slots=True)
class StepPatch(_ClockPatch):
    """Of one step of one case."""

    case_no: str = ""
    code: str = ""
    state: str | None = None
    light: str | None = None
    seq: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    decision: str | None = None
    document: str | None = None
    decision_seq: int = 0

    def take(self, event: CaseEvent) -> Self:
        if event.state is not None and event.seq >= self.seq:
            self.state, self.light, self.seq = event.state, event.light, event.seq
        self._take_clock(event)
        if event.kind is EventKind.STEP_STARTED:
            self.started_at = _later(self.started_at, event.at)
        elif event.kind in _STEP_ENDS:
            self.ended_at = _later(self.ended_at, event.at)
        if event.decision is not None and event.seq >= self.decision_seq:
            self.decision, self.document, self.decision_seq = event.decision, event.document, event.seq
        return self


@dataclass(slots=True)
class CasePatch(_ClockPatch):
    """Of one case. Every event tells the case's status; only events of the case itself tell the rest."""

    case_no: str = ""
    status: str | None = None
    seq: int = 0
    light: str | None = None
    light_seq: int = 0
    outcome: str | None = None
    outcome_seq: int = 0
    accepted_at: datetime | None = None
    deemed: bool = False
    complete_at: datetime | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None

    def take(self, event: CaseEvent) -> Self:
        if event.seq >= self.seq:
            self.status, self.seq = event.case_status, event.seq
        if event.step is not None:
            return self
        if event.seq >= self.light_seq:
            self.light, self.light_seq = event.light, event.seq
        if _tells_case_clock(event):
            self._take_clock(event)
        if event.outcome is not None and event.seq >= self.outcome_seq:
            self.outcome, self.outcome_seq = event.outcome, event.seq
        if event.kind is EventKind.CASE_ACCEPTED:
            self.accepted_at = _later(self.accepted_at, event.at)
            self.deemed = self.deemed or event.cause is Cause.DEEMED
        elif event.kind is EventKind.CASE_SUPPLEMENT_RECEIVED:
            self.complete_at = _later(self.complete_at, event.at)
        elif event.kind is EventKind.CASE_DECIDED:
            self.decided_at = _later(self.decided_at, event.at)
        elif event.kind in _CASE_ENDS:
            self.closed_at = _later(self.closed_at, event.at)
        return self


@dataclass(slots=True)
class ShipmentPatch:
    """Of one shipment of one case: a case may ship in parts."""

    case_no: str
    number: int
    state: str | None = None
    seq: int = 0

    def take(self, event: CaseEvent) -> Self:
        if event.seq >= self.seq:
            self.state, self.seq = event.delivery, event.seq
        return self


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as it is stored."""

    case_no: str
    seq: int
    at: datetime
    kind: str
    body: CaseEvent


@dataclass(frozen=True, slots=True)
class Folded:
    """A batch, ready to be written. Each list is in order of case number: every writer takes locks in one order."""

    events: list[EventRow]
    steps: list[StepPatch]
    shipments: list[ShipmentPatch]
    cases: list[CasePatch]


def fold(batch: EventBatch) -> Folded:
    """A case may occur more than once in a batch, and an event more than once in a case."""
    events: dict[tuple[str, int], EventRow] = {}
    steps: dict[tuple[str, str], StepPatch] = {}
    shipments: dict[tuple[str, int], ShipmentPatch] = {}
    cases: dict[str, CasePatch] = {}
    for recorded in batch.cases:
        case_no = recorded.case_no
        for event in recorded.events:
            events.setdefault((case_no, event.seq), EventRow(case_no, event.seq, event.at, event.kind, event))
            if case_no not in cases:
                cases[case_no] = CasePatch(case_no=case_no)
            cases[case_no].take(event)
            if event.step is not None:
                key = (case_no, event.step)
                if key not in steps:
                    steps[key] = StepPatch(case_no=case_no, code=event.step)
                steps[key].take(event)
            elif event.delivery is not None:
                number = event.shipment or 1
                shipments.setdefault((case_no, number), ShipmentPatch(case_no, number)).take(event)
    return Folded(_ordered(events), _ordered(steps), _ordered(shipments), _ordered(cases))


def _tells_case_clock(event: CaseEvent) -> bool:
    """Whether it is about the case clock: not about delivery's, nor about that of acceptance, which come as events of
    the case too."""
    return event.kind not in _DELIVERY and event.cause is not Cause.DELIVERY and event.case_status not in _UNACCEPTED


def _ordered(items: Mapping[K, V]) -> list[V]:
    return [items[key] for key in sorted(items)]


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)
