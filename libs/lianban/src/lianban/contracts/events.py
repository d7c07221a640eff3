"""Events of a case, as the intake records them.

The workflow alone numbers events (``seq`` from 1; the intake writes seq 0 when it files). An event reaches the
intake with whatever it belongs to: in the outcome of the Update that caused it, with the task or message order
it leads to, or, when nothing else carries it, by the activity ``record_events``. Recording is idempotent by
(case number, seq).
"""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from lianban.catalog.terms import SpecialProcedureKind
from lianban.clock.deadlines import SkippedDay
from lianban.clock.facts import ClockFacts
from lianban.clock.limits import Light
from lianban.clock.rules import Rule
from lianban.contracts.base import Contract
from lianban.contracts.status import (
    ActorKind,
    CaseStatus,
    Cause,
    Decision,
    DeliveryState,
    EventKind,
    Outcome,
    Role,
    StepState,
)


class Due(Contract):
    """Deadline of a clock as a case carries it: last day (24:00 Asia/Shanghai) of promise and law."""

    promised: date
    legal: date | None = None
    calendar_version: str
    provisional: bool = False
    started: date | None = Field(default=None, description="the day the clock counts from, itself not counted")
    trace: tuple[SkippedDay, ...] = Field(
        default=(), description="of warnings and moved dates: the days passed over up to the day warned of, and why"
    )


class CaseEvent(Contract):
    """One fact. The rest is a snapshot of what it concerns: the step when ``step`` is set, else the case."""

    seq: int
    at: datetime
    kind: EventKind
    case_status: CaseStatus
    light: Light = Light.NONE
    step: str | None = None
    state: StepState | None = None
    department: str | None = None
    due: Due | None = None
    decision: Decision | None = None
    actor: ActorKind | None = None
    officer: str | None = None
    act_id: str | None = None
    document: str | None = None
    outcome: Outcome | None = None
    delivery: DeliveryState | None = None
    shipment: int | None = None
    cause: Cause | None = None
    role: Role | None = None
    procedure: SpecialProcedureKind | None = None
    days: int | None = Field(default=None, description="working days: of a stop as planned, of an extension")
    until: date | None = Field(default=None, description="last day: to hand in a supplement, of a stop as planned")
    trace: tuple[SkippedDay, ...] = Field(default=(), description="of a stop that takes too long: to its planned end")
    overrides: Rule | None = None
    was: Due | None = Field(default=None, description="the dates before this event moved them")
    clock: ClockFacts | None = Field(default=None, description="of events that move or halt a clock: its facts now")


class RecordedEvents(Contract):
    """Events of one case."""

    case_no: str
    events: tuple[CaseEvent, ...]


class EventBatch(Contract):
    """Input of the activity ``record_events``: from a workflow, or from a relay for many cases at once."""

    cases: tuple[RecordedEvents, ...]
