"""The acts of one step in their order, each planned when the one before it is done, because dates move with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import start_of_day
from lianban_rehearsal.course.drawing import Course
from lianban_rehearsal.course.office import after, opening

_LATEST_ASKING: Final = 0.8
"""Of the acceptance limit: later nothing may be found missing."""

_EXTENDING: Final = timedelta(hours=7)
"""After opening, on the last day of the promise."""


class Doing(StrEnum):
    ASK = "ask"
    SUPPLY = "supply"  # by the applicant; all others by the department
    STOP = "stop"
    RESUME = "resume"
    EXTEND = "extend"
    END = "end"


@dataclass(frozen=True, slots=True)
class Planned:
    at: datetime
    doing: Doing


class Itinerary:
    """``asking``: working days within which something may be found missing."""

    def __init__(self, course: Course, opened: datetime, asking: float) -> None:
        self.course = course
        self._at = opened
        self._extends = course.extends
        self._left: list[tuple[Doing, float]] = []
        work = course.work
        if course.supplement is not None:
            asked = min(course.early * asking * _LATEST_ASKING, work)
            self._left += [(Doing.ASK, asked), (Doing.SUPPLY, course.supplement)]
        if course.stop is not None:
            work /= 2
            self._left += [(Doing.STOP, work), (Doing.RESUME, course.stop)]
        self._left.append((Doing.END, work))

    def next(self, calendar: CalendarSnapshot, extendable: date | None) -> Planned | None:
        """None when all is done. ``extendable``: last day of the step's promise as it is dated now, where the law lets
        it be extended."""
        if not self._left:
            return None
        doing, days = self._left[0]
        at = after(calendar, self._at, days)
        if doing is Doing.END and self._extends and extendable is not None:
            asked_at = opening(extendable) + _EXTENDING
            if self._at <= asked_at and at >= start_of_day(extendable + timedelta(days=1)):
                return Planned(asked_at, Doing.EXTEND)
        return Planned(at, doing)

    def done(self, planned: Planned) -> None:
        if planned.doing is Doing.EXTEND:
            self._extends = False  # once; the work goes on meanwhile
            return
        self._left.pop(0)
        self._at = planned.at

    def refused(self, planned: Planned) -> None:
        """The case would not have it: what belonged to it falls away, the work goes on from where it was."""
        match planned.doing:
            case Doing.EXTEND:
                self._extends = False
            case Doing.ASK | Doing.STOP:
                del self._left[:2]
                if planned.doing is Doing.STOP:
                    self._left[0] = (Doing.END, self.course.work)
            case _:
                raise ValueError(planned.doing)
