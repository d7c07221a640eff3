"""A running clock: the facts of a limit, the dates that follow, and the instants at which something becomes due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Final

from lianban.clock.calendar import ONE_DAY, CalendarSnapshot
from lianban.clock.deadlines import local_date, start_of_day
from lianban.clock.facts import ClockFacts, Dates, dates, taken_out, working_days_left, working_days_used
from lianban.clock.lights import lights
from lianban.clock.limits import Light, TimeLimit, Unit
from lianban.contracts.events import Due
from lianban.contracts.status import Cause


class Level(IntEnum):
    """How far a clock has gone: each is told once."""

    GREEN = 0
    YELLOW = 1
    PROMISE_OVERDUE = 2
    LEGAL_OVERDUE = 3


_LIGHT: Final = {
    Level.GREEN: Light.GREEN,
    Level.YELLOW: Light.YELLOW,
    Level.PROMISE_OVERDUE: Light.RED,
    Level.LEGAL_OVERDUE: Light.RED,
}
_CAUSE: Final = {Level.PROMISE_OVERDUE: Cause.PROMISE_OVERDUE, Level.LEGAL_OVERDUE: Cause.LEGAL_OVERDUE}


@dataclass(frozen=True)
class Alarm:
    """At ``at`` the light becomes ``light``; ``cause`` says which limit was passed."""

    at: datetime
    level: Level

    @property
    def light(self) -> Light:
        return _LIGHT[self.level]

    @property
    def cause(self) -> Cause | None:
        return _CAUSE.get(self.level)


@dataclass(frozen=True)
class Reminder:
    """Red again, a working day later (R16)."""

    light: Light = Light.RED
    cause: Cause = Cause.STILL_OVERDUE


def _days(counted: Dates) -> tuple[date, date | None]:
    return counted.promised.day, counted.legal.day if counted.legal else None


class RunningClock:
    """Promised and legal deadline of one limit, and its light. Whatever moves it gives it new facts or a new calendar.

    ``reminds``: once red, it is told again at the beginning of each working day. The first reminder is planned when the
    clock turns red, so that a clock on time costs no timer for it.
    """

    def __init__(
        self, calendar: CalendarSnapshot, limit: TimeLimit, facts: ClockFacts, *, reminds: bool = False
    ) -> None:
        self.limit = limit
        self.facts = facts
        self.level = Level.GREEN
        self._calendar = calendar
        self._reminds = reminds
        self._reminder_at: datetime | None = None
        self.last_due: Due | None = None  # what was promised last, while the clock is stopped
        self._count()

    def _count(self) -> None:
        self.dates = dates(self._calendar, self.limit, self.facts)
        self.last_due = self.due or self.last_due
        self._alarms = [alarm for alarm in self._plan() if alarm.level > self.level]

    def _plan(self) -> list[Alarm]:
        if self.dates is None:
            return []
        promised, legal = self.dates.promised, self.dates.legal
        alarms = [Alarm(promised.ends_at, Level.PROMISE_OVERDUE)]
        if self.limit.unit is not Unit.INSTANT:  # its only day is its last: a warning at its start would be noise
            spans = taken_out(self.facts.stops)
            yellow_from = lights(self._calendar, self.facts.started, promised, self.limit, spans).yellow_from
            alarms.insert(0, Alarm(start_of_day(yellow_from), Level.YELLOW))
        if legal is not None and legal.ends_at > promised.ends_at:
            alarms.append(Alarm(legal.ends_at, Level.LEGAL_OVERDUE))
        return alarms

    # -- what is so -----------------------------------------------------------------------------------------------

    @property
    def light(self) -> Light:
        return _LIGHT[self.level]

    @property
    def due(self) -> Due | None:
        """The deadlines as events and progress carry them; none while the clock is stopped."""
        if self.dates is None:
            return None
        promised, legal = self.dates.promised, self.dates.legal
        return Due(
            promised=promised.day,
            legal=legal.day if legal else None,
            calendar_version=promised.calendar_version,
            provisional=promised.provisional or (legal is not None and legal.provisional),
            started=self.facts.started,
        )

    @property
    def due_with_trace(self) -> Due | None:
        """For a warning, and for a date that has moved: with the days passed over up to the promised day, or, once that
        is what is warned of, up to the legal one."""
        due = self.due
        if due is None or self.dates is None:
            return None
        of_law = self.level is Level.LEGAL_OVERDUE and self.dates.legal is not None
        counted = self.dates.legal if of_law and self.dates.legal else self.dates.promised
        return due.model_copy(update={"trace": counted.trace})

    @property
    def last_instant(self) -> datetime | None:
        """From then on its own limit is exceeded: the legal one, where there is one. None while it is stopped."""
        return (self.dates.legal or self.dates.promised).ends_at if self.dates else None

    def is_over(self, at: datetime) -> bool:
        """Whether its own limit, the legal one where there is one, was over on the day of ``at``."""
        return self.reached(at) >= (Level.PROMISE_OVERDUE if self.limit.legal is None else Level.LEGAL_OVERDUE)

    def reached(self, at: datetime) -> Level:
        """Which of its limits was over on the day of ``at``, told or not; GREEN for none. While it is stopped: on the
        day it was stopped on."""
        counted, day = self._up_to(at)
        if counted.legal is not None and counted.legal.day < day:
            return Level.LEGAL_OVERDUE
        return Level.PROMISE_OVERDUE if counted.promised.day < day else Level.GREEN

    def _up_to(self, at: datetime) -> tuple[Dates, date]:
        """The dates but for what still stops it, and the day it has come to: that of ``at``, or the one it was stopped
        on."""
        under_way = [stop.began for stop in self.facts.stops if stop.ended is None]
        ended = tuple(stop for stop in self.facts.stops if stop.ended is not None)
        counted = dates(self._calendar, self.limit, self.facts.model_copy(update={"stops": ended}))
        assert counted is not None
        return counted, min([*under_way, local_date(at)])

    def used(self, at: datetime) -> int:
        """Working days of its own time up to that day, counted in; stops left out."""
        return working_days_used(self._calendar, self.facts, local_date(at))

    def left(self, at: datetime) -> int | None:
        """Working days from the day after ``at`` up to the promised one; negative once that is over; none while the
        clock is stopped."""
        if self.dates is None:
            return None
        return working_days_left(self._calendar, self.dates.promised.day, local_date(at))

    # -- what moves it --------------------------------------------------------------------------------------------

    def move(self, facts: ClockFacts, now: datetime) -> None:
        """New facts. A light the new dates do not deserve any more goes back; one they bring about is still told."""
        self.facts = facts
        self._again(now)

    def end(self, at: datetime) -> None:
        """What it is about has ended: so has whatever stopped it."""
        if self.facts.stopped:
            self.move(self.facts.ended_on(local_date(at)), at)

    def redate(self, calendar: CalendarSnapshot, now: datetime) -> bool:
        """Whether a date has moved. None moves into the past: it becomes the end of today, or, of a clock that stands
        still, of the first day that counts again (clocks.md, Counting 6)."""
        before = self.dates
        by_old, day = self._up_to(now)
        self._calendar = calendar
        self._again(now)
        by_new, _ = self._up_to(now)
        floor = day if self.dates else day + ONE_DAY
        floors = {}
        if by_new.promised.day < day <= by_old.promised.day:
            floors["promised_floor"] = floor
        if by_new.legal and by_old.legal and by_new.legal.day < day <= by_old.legal.day:
            floors["legal_floor"] = floor
        if floors:
            self.move(self.facts.model_copy(update=floors), now)
        return before is not None and self.dates is not None and _days(before) != _days(self.dates)

    def _again(self, now: datetime) -> None:
        was, self.level = self.level, Level.GREEN
        self._count()
        if self.dates is None:
            self.level = was
            return
        reached = max((alarm.level for alarm in self._alarms if alarm.at <= now), default=Level.GREEN)
        self.level = min(was, reached)
        self._alarms = [alarm for alarm in self._alarms if alarm.level > self.level]
        if self.level < Level.PROMISE_OVERDUE:
            self._reminder_at = None

    # -- time -----------------------------------------------------------------------------------------------------

    @property
    def next_alarm(self) -> datetime | None:
        """When something becomes due next; none when nothing can."""
        instants = [alarm.at for alarm in self._alarms[:1]]
        if self._reminder_at is not None and self.dates is not None:
            instants.append(self._reminder_at)
        return min(instants, default=None)

    def advance(self, now: datetime) -> list[Alarm | Reminder]:
        """What became due by ``now``, in order, each once. A worker that was away tells every change of light, but of
        the reminders it missed only one."""
        told: list[Alarm | Reminder] = []
        while self._alarms and self._alarms[0].at <= now:
            alarm = self._alarms.pop(0)
            self.level = alarm.level
            told.append(alarm)
        if self._reminder_at is not None and self._reminder_at <= now and self.dates is not None and not told:
            told.append(Reminder())
        if told and self._reminds and self.level >= Level.PROMISE_OVERDUE:
            self._reminder_at = start_of_day(self._calendar.next_working_day(local_date(now)))
        return told
