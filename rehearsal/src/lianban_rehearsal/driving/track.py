"""What a rehearsed case knows of one of its steps: where it stands, and what is still to be done about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from lianban.catalog.terms import Silence, StepKind
from lianban.clock.deadlines import start_of_day
from lianban.contracts.events import CaseEvent, Due
from lianban.contracts.status import EventKind, StepState
from lianban_rehearsal.course.itinerary import Doing, Itinerary, Planned
from lianban_rehearsal.delays.profiles import StepProfile
from lianban_rehearsal.records import Wait

_NOT_ENDED: Final = frozenset({StepState.WAITING, StepState.OPEN, StepState.SUPPLEMENT, StepState.STOPPED})


@dataclass
class Track:
    """``profile`` none: the step ends by itself. ``limits``: its dates as they were told last."""

    code: str
    department: str
    profile: StepProfile | None
    kind: StepKind = StepKind.DECIDE
    silence: Silence = Silence.ESCALATE
    state: StepState = StepState.WAITING
    itinerary: Itinerary | None = None
    began: datetime | None = None
    ended: datetime | None = None
    promised: date | None = None
    legal: date | None = None
    until: date | None = None
    extended: bool = False
    waits: list[Wait] = field(default_factory=list)
    _waits_since: datetime | None = None

    @property
    def over(self) -> bool:
        return self.state not in _NOT_ENDED

    def open(self, at: datetime, itinerary: Itinerary | None) -> None:
        self.began, self.itinerary = at, itinerary

    def end(self, at: datetime) -> None:
        self.ended, self.itinerary = at, None
        if self._waits_since is not None:  # what was waited for did not come
            self._wait_ended(at, supplement=True)

    def dated(self, due: Due | None) -> None:
        """None while the clock stands still: the last dates are kept."""
        if due is not None:
            self.promised, self.legal = due.promised, due.legal

    def learn(self, event: CaseEvent, at: datetime) -> None:
        """From an event of this step that an act brought about."""
        self.dated(event.due)
        self.until = event.until
        self.extended = self.extended or event.kind is EventKind.STEP_EXTENDED
        self.move(event.state, at)

    def move(self, state: StepState | None, at: datetime) -> None:
        if state is not None:
            self.state = state
        if self.over and self.ended is None:
            self.end(at)

    def did(self, planned: Planned) -> None:
        """Time of the applicant and of special procedures, to be seen within the step."""
        match planned.doing:
            case Doing.ASK | Doing.STOP:
                self._waits_since = planned.at
            case Doing.SUPPLY | Doing.RESUME:
                self._wait_ended(planned.at, supplement=planned.doing is Doing.SUPPLY)

    def _wait_ended(self, at: datetime, *, supplement: bool) -> None:
        assert self._waits_since is not None
        self.waits.append(Wait(supplement, self._waits_since, at))
        self._waits_since = None

    def ends_by_itself(self) -> Iterator[datetime]:
        """When time alone may end it: a public notice, an opinion not given, a supplement not handed in."""
        days: list[date | None] = []
        if self.state is StepState.SUPPLEMENT:
            days = [self.until]
        elif self.state is StepState.OPEN and self.kind is StepKind.NOTICE:
            days = [self.promised]
        elif self.state is StepState.OPEN and self.silence is Silence.TACIT_OPINION:
            days = [self.promised, self.legal]
        for day in days:
            if day is not None:
                yield start_of_day(day + timedelta(days=1))
