"""The clocks before and after the case's own: acceptance, and the delivery of results, as the events of a case leave
them. Pure.

No event tells when these clocks begin, for nothing happens then that has to be told; it follows from what does: the
receipt, the decisions, the shipments. Where no event has told a date either, it is counted as the case counts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from lianban.clock.calendar import CalendarSnapshot, OutsideCalendar
from lianban.clock.deadlines import local_date
from lianban.clock.facts import ClockFacts, dates
from lianban.clock.limits import TimeLimit
from lianban.contracts.events import CaseEvent, Due
from lianban.contracts.status import HANDED_OVER, CaseStatus, Cause, Decision, DeliveryState, EventKind
from lianban_intake.events.moves import Move

TELLING: Final = (
    EventKind.CASE_ACCEPTED,
    EventKind.CASE_WITHDRAWN,
    EventKind.CASE_NOT_ACCEPTED,
    EventKind.CASE_LAPSED,
    EventKind.CASE_SUPPLEMENT_REQUESTED,
    EventKind.CASE_SUPPLEMENT_RECEIVED,
    EventKind.CASE_REDATED,
    EventKind.STEP_DECIDED,
    EventKind.DELIVERY_ORDERED,
    EventKind.DELIVERY_MOVED,
)
"""Kinds of events these clocks follow from."""

_UNACCEPTED: Final = (CaseStatus.RECEIVED, CaseStatus.SUPPLEMENT)


@dataclass(frozen=True)
class Limits:
    """Of the plan. ``acceptance`` none: the case is accepted on filing, and no such clock runs. ``deliverable``: steps
    that yield something to hand over."""

    acceptance: TimeLimit | None
    delivery: TimeLimit
    deliverable: frozenset[str]


@dataclass
class Phase:
    """A clock of either kind. ``due`` none: no event has told it; ``ended``: the day up to which it counts.

    ``number`` and ``state`` of a shipment; none while its results wait for those of other steps.
    """

    facts: ClockFacts
    due: Due | None = None
    ended: date | None = None
    moves: dict[int, Move] = field(default_factory=dict)
    number: int | None = None
    state: DeliveryState | None = None

    def take(self, event: CaseEvent) -> None:
        """An event that moves or halts it."""
        if event.clock is not None:
            self.facts, self.due = event.clock, event.due
            self.moves[event.seq] = Move.of(event)

    def dates(self, calendar: CalendarSnapshot, limit: TimeLimit) -> Due | None:
        """None while it is stopped, or where the calendar knows nothing of its start."""
        if self.due is not None or self.facts.stopped:
            return self.due
        try:
            counted = dates(calendar, limit, self.facts)
        except OutsideCalendar:
            return None
        if counted is None:
            return None
        legal = counted.legal
        return Due(
            promised=counted.promised.day,
            legal=legal.day if legal else None,
            calendar_version=calendar.version,
            provisional=counted.promised.provisional or (legal is not None and legal.provisional),
        )


def acceptance(events: Iterable[CaseEvent], received_at: datetime) -> Phase:
    """``events`` in order. By silence it ends with its own last day, whenever that was noticed."""
    phase = Phase(ClockFacts(started=local_date(received_at)))
    for event in events:
        if event.step is not None:
            continue
        if event.case_status in _UNACCEPTED:
            phase.take(event)
        elif phase.ended is None:
            phase.ended = local_date(event.at)
            phase.facts = phase.facts.ended_on(phase.ended)
    return phase


def last_day(phase: Phase, due: Due | None, *, deemed: bool) -> date | None:
    """Up to which an acceptance counts: silence fills its limit and no more."""
    if deemed and phase.ended is not None and due is not None:
        return min(phase.ended, due.legal or due.promised)
    return phase.ended


def deliveries(events: Iterable[CaseEvent], deliverable: frozenset[str]) -> Sequence[Phase]:
    """``events`` in order. The shipments, and last, what has been decided and waits."""
    shipped: dict[int, Phase] = {}
    waiting: Phase | None = None
    for event in events:
        number = event.shipment or 1
        if event.kind is EventKind.STEP_DECIDED:
            if waiting is None and event.decision is Decision.GRANTED and event.step in deliverable:
                waiting = Phase(ClockFacts(started=local_date(event.at)))
        elif event.kind is EventKind.DELIVERY_ORDERED:
            started = event.due.started if event.due and event.due.started else local_date(event.at)
            phase = waiting or Phase(ClockFacts(started=started))
            phase.due, phase.number, phase.state = event.due, number, event.delivery
            shipped[number], waiting = phase, None
        elif event.kind is EventKind.DELIVERY_MOVED and number in shipped:
            shipped[number] = _moved(shipped[number], event)
        elif event.kind is EventKind.CASE_REDATED and event.cause is Cause.DELIVERY:
            for running in _running(shipped.values(), waiting):
                if event.clock is not None and running.facts.started == event.clock.started:
                    running.take(event)
    return [*shipped.values(), *([waiting] if waiting else [])]


def _moved(phase: Phase, event: CaseEvent) -> Phase:
    """What came back has to be handed over again, within a time of its own (art. 44)."""
    if event.delivery is DeliveryState.RETURNED:
        phase = Phase(ClockFacts(started=local_date(event.at)), number=phase.number)
    phase.state = event.delivery
    if phase.state in HANDED_OVER and phase.ended is None:
        phase.ended = local_date(event.at)
    return phase


def _running(shipped: Iterable[Phase], waiting: Phase | None) -> Iterator[Phase]:
    """Of those that began on one day all have the same dates: a re-dating need not say of which it tells."""
    yield from (phase for phase in shipped if phase.ended is None)
    if waiting is not None:
        yield waiting
