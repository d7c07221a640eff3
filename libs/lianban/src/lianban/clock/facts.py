"""What a clock has gone through, and the dates that follow from it (clocks.md, Counting 5 and 6; L-STOP, L-EXT).

The facts are a value: the same facts and the same calendar give the same dates, in whatever order the acts behind them
arrived. Nothing is shifted by a difference; every date is counted anew from the start.

* A stop from day s to day r takes out the days d with s < d <= r; overlapping stops are one. Where a stop is open there
  is no date.
* An extension is so many working days after the limit itself, whatever the limit is counted in.
* A floor is the day before which a date may not fall: a new calendar makes no clock overdue that was not (Counting 6).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from lianban.clock.calendar import ONE_DAY, CalendarSnapshot
from lianban.clock.deadlines import Deadline, TakenOut, deadline, working_days_but
from lianban.clock.limits import TimeLimit


class Stop(BaseModel):
    """停止计时. ``reason`` is what a trace says of the days it takes out (特别程序：检测, 待补正 …)."""

    model_config = ConfigDict(frozen=True)

    began: date
    ended: date | None = None
    reason: str
    planned: date | None = Field(default=None, description="last day as the applicant was told")

    def until(self, day: date) -> Stop:
        """Ended on that day, or, where that lies before, on the one it began on."""
        return self.model_copy(update={"ended": max(day, self.began)})


class ClockFacts(BaseModel):
    """``started`` itself is not counted. ``extension`` in working days, of the legal limit; ``promise_extended``: and
    of the promise, which an extension moves along unless it was broken before."""

    model_config = ConfigDict(frozen=True)

    started: date
    stops: tuple[Stop, ...] = ()
    extension: int = Field(default=0, ge=0)
    promise_extended: bool = True
    promised_floor: date | None = None
    legal_floor: date | None = None

    def ended_on(self, day: date) -> ClockFacts:
        """With every stop that is open ended on that day, or on the one it began on."""
        if not self.stopped:
            return self
        return self.model_copy(update={"stops": tuple(stop if stop.ended else stop.until(day) for stop in self.stops)})

    @property
    def stopped(self) -> bool:
        """Whether a stop is open: there is no deadline until it ends."""
        return any(stop.ended is None for stop in self.stops)

    @property
    def own_stops(self) -> tuple[Stop, ...]:
        """Those since it started. What was waited for before it began anew is over: not even the day it began on is
        taken out."""
        return tuple(stop for stop in self.stops if stop.ended is None or stop.ended > self.started)


class Dates(BaseModel):
    """Deadlines of a running clock. ``legal`` is absent where no law sets a limit."""

    model_config = ConfigDict(frozen=True)

    promised: Deadline
    legal: Deadline | None


def dates(calendar: CalendarSnapshot, limit: TimeLimit, facts: ClockFacts) -> Dates | None:
    """The dates that follow; none while a stop is open.

    Raises OutsideCalendar for a start the calendar knows nothing of.
    """
    if facts.stopped:
        return None
    spans = taken_out(facts.own_stops)
    promised = deadline(
        calendar,
        facts.started,
        limit.promised,
        limit.unit,
        taken_out=spans,
        extension=facts.extension if facts.promise_extended else 0,
        floor=facts.promised_floor,
    )
    if limit.legal is None:
        return Dates(promised=promised, legal=None)
    legal = deadline(
        calendar,
        facts.started,
        limit.legal,
        limit.unit,
        taken_out=spans,
        extension=facts.extension,
        floor=facts.legal_floor,
    )
    return Dates(promised=promised, legal=legal)


def taken_out(stops: Iterable[Stop]) -> tuple[TakenOut, ...]:
    """The days that do not count, as disjoint spans from ``first`` to ``last`` in order, each with its reason."""
    spans: list[TakenOut] = []
    for began, ended, reason in sorted((s.began, s.ended, s.reason) for s in stops if s.ended is not None):
        first = began + ONE_DAY
        if spans:
            first = max(first, spans[-1].last + ONE_DAY)
        if first <= ended:
            spans.append(TakenOut(first, ended, reason))
    return tuple(spans)


def working_days_used(calendar: CalendarSnapshot, facts: ClockFacts, until: date) -> int:
    """Working days of the clock's own time from its start up to ``until``, that day counted and stops left out.

    An open stop takes out everything after the day it began.
    """
    stops = taken_out(facts.ended_on(until).stops)
    return working_days_but(calendar, facts.started, until, stops)


def working_days_left(calendar: CalendarSnapshot, last: date, at: date) -> int:
    """Working days from the day after ``at`` up to ``last``; negative: those it is over by."""
    if at > last:
        return -calendar.working_days_between(last, at)
    return calendar.working_days_between(at, last)
