"""A case as its applicant sees it. Codes for programs, and beside each its Chinese for people."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from lianban.catalog.terms import Channel, DeliveryMode, SpecialProcedureKind, StepKind
from lianban.clock.deadlines import SkippedDay
from lianban.clock.limits import Light
from lianban.clock.rules import Rule
from lianban.contracts.status import CaseStatus, Cause, Decision, DeliveryState, EventKind, Outcome, Role, StepState


class Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class DueDates(Shown):
    """Last day (24:00 Asia/Shanghai) of promise and law. ``provisional``: it touches a year with no notice yet."""

    promised: date
    legal: date | None
    provisional: bool


class LastDays(Shown):
    """Last days of a clock at some time."""

    promised: date
    legal: date | None


class StopShown(Shown):
    """停止计时. ``reason`` says in Chinese what runs instead. ``planned``: last day as the applicant was told."""

    reason: str
    began: date
    planned: date | None
    ended: date | None


class MoveReason(StrEnum):
    STOP = "stop"
    SUPPLEMENT = "supplement"
    EXTENSION = "extension"
    CALENDAR = "calendar"


class MoveShown(Shown):
    """Why a date moved. ``due`` none: the clock is stopped, there is no date until it goes on."""

    seq: int
    at: datetime
    kind: EventKind
    reason: MoveReason | None
    text_zh: str
    was: LastDays | None
    due: LastDays | None


class ClockShown(Shown):
    """计时. In working days by the calendar now in force: ``used`` up to today (or to its end), stops left out;
    ``left`` of the promise and ``legal_left`` of the law, negative once overdue, none while stopped."""

    started: date
    stopped: bool
    used: int | None
    left: int | None
    legal_left: int | None
    extension: int
    stops: tuple[StopShown, ...]
    moves: tuple[MoveShown, ...]


class StepShown(Shown):
    code: str
    name: str
    kind: StepKind
    department: str
    department_name: str
    state: StepState
    state_zh: str
    decision: Decision | None
    light: Light
    light_zh: str
    started_at: datetime | None
    ended_at: datetime | None
    due: DueDates | None
    clock: ClockShown | None


class AcceptanceShown(Shown):
    """受理期限 (行政许可法 art. 32), from receipt to acceptance. ``due`` none: stopped, for a supplement is waited for;
    ``ended``: the day it counts up to."""

    due: DueDates | None
    clock: ClockShown
    ended: date | None


class ShipmentShown(Shown):
    """送达期限 (art. 44), from the earliest decision in it to its handing over. ``number`` and ``state`` none: its
    results wait for those of other steps. What comes back begins a new one."""

    number: int | None
    state: DeliveryState | None
    state_zh: str | None
    due: DueDates | None
    clock: ClockShown
    handed_over: date | None


class DeliveryShown(Shown):
    """``state``: of the shipment that has come least far."""

    mode: DeliveryMode
    mode_zh: str
    state: DeliveryState | None
    state_zh: str | None
    shipments: tuple[ShipmentShown, ...]


class Progress(Shown):
    """``deemed``: accepted by silence (行政许可法 art. 32), counted from the day everything had been received.
    ``acceptance``: the clock of acceptance; none where the theme is accepted on filing.
    ``due`` is none while the clock is stopped. ``light``: the worst of the case's own clock and of the steps that are
    open."""

    case_no: str
    theme: str
    theme_name: str
    division: str
    channel: Channel
    catalog_version: str
    calendar_version: str | None
    status: CaseStatus
    status_zh: str
    outcome: Outcome | None
    outcome_zh: str | None
    light: Light
    light_zh: str
    received_at: datetime
    accepted_at: datetime | None
    deemed: bool
    acceptance: AcceptanceShown | None
    decided_at: datetime | None
    closed_at: datetime | None
    due: DueDates | None
    clock: ClockShown | None
    delivery: DeliveryShown
    steps: tuple[StepShown, ...]


class TracedDueDates(DueDates):
    """``trace``: the days passed over up to the promised one, and why; of warnings and moved dates."""

    trace: tuple[SkippedDay, ...]


class EventShown(Shown):
    """What happened, without who in the department did it. ``days``: of a stop as planned, of an extension; ``until``:
    last day of a supplement, of a stop as planned; ``rule``: the rule it follows, or makes an exception from; ``was``:
    the dates before it moved them."""

    seq: int
    at: datetime
    kind: EventKind
    kind_zh: str
    case_status: CaseStatus
    case_status_zh: str
    step: str | None
    step_name: str | None
    state: StepState | None
    state_zh: str | None
    decision: Decision | None
    light: Light
    light_zh: str
    was: DueDates | None
    due: TracedDueDates | None
    role: Role | None
    role_zh: str | None
    procedure: SpecialProcedureKind | None
    procedure_zh: str | None
    days: int | None
    until: date | None
    rule: Rule | None
    rule_zh: str | None
    outcome: Outcome | None
    outcome_zh: str | None
    delivery: DeliveryState | None
    delivery_zh: str | None
    shipment: int | None
    cause: Cause | None
    cause_zh: str | None


class EventList(Shown):
    case_no: str
    events: tuple[EventShown, ...]


class ResultFileShown(Shown):
    """``size`` in bytes; ``href`` downloads it."""

    name: str
    media_type: str
    size: int
    href: str


class ResultShown(Shown):
    code: str
    name: str
    number: str | None
    valid_from: date | None
    valid_until: date | None
    file: ResultFileShown | None


class DecisionShown(Shown):
    """What one step's department decided. A refusal has reason, basis and remedy (行政许可法 art. 38)."""

    step: str
    step_name: str
    department_name: str
    decision: Decision | None
    decision_zh: str
    decided_at: datetime | None
    reason: str | None
    legal_basis: str | None
    remedy: str | None
    results: tuple[ResultShown, ...]


class Results(Shown):
    case_no: str
    decisions: tuple[DecisionShown, ...]


class Withdrawn(Shown):
    """Answer to a withdrawal, the same whenever it is repeated. What had been granted before stays."""

    case_no: str
    status: CaseStatus
    status_zh: str
    withdrawn_at: datetime
