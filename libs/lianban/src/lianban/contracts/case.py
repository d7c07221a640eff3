"""Input, result and progress of a case's workflow."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import Field

from lianban.catalog.plan import Plan
from lianban.catalog.terms import Channel, DeliveryMode, StepKind
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.facts import ClockFacts
from lianban.clock.limits import Light
from lianban.contracts.base import Contract
from lianban.contracts.events import Due
from lianban.contracts.status import CaseStatus, Decision, DeliveryState, Outcome, StepState

CASE_EDITION: Final = 3
"""Edition of the case's own rules a new case starts under; see :attr:`CaseInput.edition`."""


class CaseInput(Contract):
    """Everything a case decides by (architecture rule 4)."""

    case_no: str
    plan: Plan
    calendar: CalendarSnapshot
    received_at: datetime
    channel: Channel
    delivery: DeliveryMode
    edition: int = Field(
        default=1,
        description="what a case does by itself, so that a case keeps to what it began with. "
        "2: red is told again each working day (R16), and time comes before a later act. "
        "3: the tasks of a turn are handed over together, and operators' lists do not name an electronic delivery "
        "that goes smoothly",
    )


class CaseResult(Contract):
    case_no: str
    status: CaseStatus
    outcome: Outcome


class StepProgress(Contract):
    code: str
    name: str
    kind: StepKind
    department: str
    department_name: str
    state: StepState
    light: Light
    started_at: datetime | None = None
    ended_at: datetime | None = None
    due: Due | None = None
    decision: Decision | None = None
    clock: ClockFacts | None = None


class CaseProgress(Contract):
    """Answer of the query ``progress``."""

    case_no: str
    status: CaseStatus
    outcome: Outcome | None
    light: Light
    accepted_at: datetime | None
    due: Due | None
    clock: ClockFacts | None = None
    delivery: DeliveryState | None
    steps: tuple[StepProgress, ...]
