"""Delivery of results: the third clock (行政许可法 art. 44), and the shipments it drives.

Results wait until every step has ended and leave together; but a result may not wait longer than the law lets
it: when its delivery clock turns yellow while other steps still run, what is ready is shipped as a part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lianban.catalog.terms import DeliveryMode
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import local_date
from lianban.clock.facts import ClockFacts
from lianban.clock.limits import TimeLimit
from lianban.contracts.orders import DeliverableResult
from lianban.contracts.status import DELIVERY_RANK, HANDED_OVER, DeliveryState
from lianban_orchestrator.domain.clocks import RunningClock


@dataclass
class Shipment:
    number: int
    mode: DeliveryMode
    results: tuple[DeliverableResult, ...]
    clock: RunningClock
    final: bool
    refusals: tuple[int, ...] = ()
    state: DeliveryState = DeliveryState.ORDERED

    @property
    def handed_over(self) -> bool:
        """Whether the delivery clock has ended: with the courier, or the pick-up notice sent."""
        return self.state in HANDED_OVER

    def moves_to(self, state: DeliveryState, *, collected: bool) -> bool:
        """Whether ``state`` is news: tracking arrives out of order and repeatedly, and only ever moves forward.

        What came back is handed over at the window or not at all: the courier's "signed" is then the sender's own.
        """
        match self.state:
            case DeliveryState.SIGNED:
                return False
            case DeliveryState.RETURNED:
                return collected and state is DeliveryState.SIGNED
        return state is DeliveryState.RETURNED or DELIVERY_RANK[state] > DELIVERY_RANK[self.state]


class Shipments:
    """All deliveries of one case. ``waiting`` are deliverable results not yet ordered, ``refusals`` the numbers of the
    events of refusals not told of yet: they are told with what is delivered next."""

    def __init__(self, calendar: CalendarSnapshot, limit: TimeLimit, mode: DeliveryMode, *, reminds: bool) -> None:
        self.calendar = calendar
        self._reminds = reminds
        self._limit = limit
        self._mode = mode
        self.waiting: list[DeliverableResult] = []
        self.waiting_clock: RunningClock | None = None
        self.refusals: list[int] = []
        self.shipped: list[Shipment] = []

    def add(self, results: list[DeliverableResult], now: datetime) -> None:
        """Results of a decision: the clock counts from the earliest decision that still waits."""
        self.waiting.extend(results)
        if self.waiting and self.waiting_clock is None:
            self.waiting_clock = self._clock(now)

    def ship(self, now: datetime, *, final: bool) -> Shipment:
        """Take everything that waits. Nothing to hand over: what was decided is told electronically."""
        shipment = Shipment(
            number=len(self.shipped) + 1,
            mode=self._mode if self.waiting else DeliveryMode.ELECTRONIC,
            results=tuple(self.waiting),
            clock=self.waiting_clock or self._clock(now),
            final=final,
            refusals=tuple(self.refusals),
        )
        self.waiting = []
        self.refusals = []
        self.waiting_clock = None
        self.shipped.append(shipment)
        return shipment

    def get(self, number: int) -> Shipment | None:
        return self.shipped[number - 1] if 1 <= number <= len(self.shipped) else None

    @property
    def running_clocks(self) -> list[RunningClock]:
        clocks = [s.clock for s in self.shipped if not s.handed_over]
        return [*clocks, self.waiting_clock] if self.waiting_clock else clocks

    @property
    def all_signed(self) -> bool:
        return all(s.state is DeliveryState.SIGNED for s in self.shipped)

    @property
    def state(self) -> DeliveryState | None:
        """Of the case as a whole: that of its least advanced shipment."""
        if not self.shipped:
            return None
        return min((s.state for s in self.shipped), key=DELIVERY_RANK.__getitem__)

    def move(self, shipment: Shipment, state: DeliveryState, at: datetime) -> None:
        """What came back has to be handed over again: a new clock runs, so that somebody is reminded."""
        shipment.state = state
        if state is DeliveryState.RETURNED:
            shipment.clock = self._clock(at)

    def _clock(self, started: datetime) -> RunningClock:
        return RunningClock(self.calendar, self._limit, ClockFacts(started=local_date(started)), reminds=self._reminds)
