"""What a rehearsed case went through, in its own years: the material of every figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from lianban.catalog.plan import Plan
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import SHANGHAI, local_date, start_of_day
from lianban.contracts.status import Outcome, StepState

DECIDED: Final = frozenset({Outcome.GRANTED, Outcome.PARTIAL, Outcome.REFUSED})
"""Ends of a case that was decided: the others count in no duration."""

_DECIDED_STEPS: Final = frozenset({StepState.GRANTED, StepState.REFUSED})


def last_day(instant: datetime) -> date:
    """The day something ended on: 24:00 belongs to the day it ends."""
    return (instant.astimezone(SHANGHAI) - timedelta(microseconds=1)).date()


@dataclass(frozen=True, slots=True)
class Limits:
    """Last days as they were dated in the end."""

    promised: date | None = None
    legal: date | None = None

    def kept(self, ended: datetime) -> tuple[bool | None, bool | None]:
        """Promise and law; None where there is none."""
        return _kept(self.promised, ended), _kept(self.legal, ended)


def _kept(last: date | None, ended: datetime) -> bool | None:
    return None if last is None else ended <= start_of_day(last + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Wait:
    """Within a step: for the applicant (``supplement``), or for a special procedure."""

    supplement: bool
    began: datetime
    ended: datetime


@dataclass(frozen=True, slots=True)
class StepRecord:
    """``began`` and ``ended`` are None for a step that never did."""

    code: str
    state: StepState
    began: datetime | None
    ended: datetime | None
    limits: Limits
    waits: tuple[Wait, ...] = ()
    extended: bool = False

    @property
    def decided(self) -> bool:
        return self.state in _DECIDED_STEPS and self.began is not None and self.ended is not None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """``steps`` in plan order; before them the acceptance, where an officer accepted. ``ended``: when the last thing
    was decided. ``unwanted``: acts the case refused, by act and refusal."""

    run: int
    outcome: Outcome
    received: datetime
    accepted: datetime | None
    ended: datetime
    limits: Limits
    steps: tuple[StepRecord, ...]
    unwanted: Mapping[str, int]

    @property
    def decided(self) -> bool:
        return self.outcome in DECIDED


@dataclass(frozen=True, slots=True)
class Stage:
    """Plan and calendar all runs share, in their own years."""

    plan: Plan
    calendar: CalendarSnapshot
    start: datetime

    def working_days(self, began: datetime, ended: datetime) -> int:
        """As a clock counts: from the day it began, itself not counted. 24:00 begins the next day, and ends its own."""
        return self.calendar.working_days_between(local_date(began), last_day(ended))

    def put_off(self, before: datetime, ended: datetime) -> int:
        """Working days from one end to the next: these add up, whatever ended at 24:00."""
        return self.calendar.working_days_between(last_day(before), last_day(ended))
