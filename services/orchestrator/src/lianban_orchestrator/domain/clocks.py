"""A running clock: a limit counted from a day, with the instants at which something becomes due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import Deadline, deadline, start_of_day
from lianban.clock.lights import lights
from lianban.clock.limits import Light, TimeLimit, Unit
from lianban.contracts.events import Due
from lianban.contracts.status import Cause


@dataclass(frozen=True)
class Alarm:
    """At ``at`` the light becomes ``light``; ``cause`` says which limit was passed."""

    at: datetime
    light: Light
    cause: Cause | None = None


class RunningClock:
    """Promised and legal deadline of one limit from its start day (not counted), and its light.

    Later kinds of movement (stops, extension, re-dating) replace the deadlines and the alarms not yet given.
    """

    def __init__(self, calendar: CalendarSnapshot, limit: TimeLimit, started: date) -> None:
        self.limit = limit
        self.started = started
        self.promised = deadline(calendar, started, limit.promised, limit.unit)
        self.legal: Deadline | None = None
        if limit.legal is not None:
            self.legal = deadline(calendar, started, limit.legal, limit.unit)
        self.light = Light.GREEN
        self._alarms = self._plan_alarms(calendar)

    def _plan_alarms(self, calendar: CalendarSnapshot) -> list[Alarm]:
        alarms = [Alarm(self.promised.ends_at, Light.RED, Cause.PROMISE_OVERDUE)]
        if self.limit.unit is not Unit.INSTANT:  # its only day is its last: a warning at its start would be noise
            yellow_from = lights(calendar, self.started, self.promised, self.limit).yellow_from
            alarms.insert(0, Alarm(start_of_day(yellow_from), Light.YELLOW))
        if self.legal is not None and self.legal.ends_at > self.promised.ends_at:
            alarms.append(Alarm(self.legal.ends_at, Light.RED, Cause.LEGAL_OVERDUE))
        return alarms

    @property
    def due(self) -> Due:
        """The deadlines as events and progress carry them."""
        return Due(
            promised=self.promised.day,
            legal=self.legal.day if self.legal else None,
            calendar_version=self.promised.calendar_version,
            provisional=self.promised.provisional or (self.legal is not None and self.legal.provisional),
        )

    @property
    def next_alarm(self) -> datetime | None:
        """When something becomes due next; none when every alarm has been given."""
        return self._alarms[0].at if self._alarms else None

    def advance(self, now: datetime) -> list[Alarm]:
        """The alarms due by ``now``, in order, each given once. A worker that was away gives them all."""
        due: list[Alarm] = []
        while self._alarms and self._alarms[0].at <= now:
            alarm = self._alarms.pop(0)
            self.light = alarm.light
            due.append(alarm)
        return due
