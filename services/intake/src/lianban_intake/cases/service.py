"""Progress and events, from the database alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban.catalog.terms import DeliveryMode
from lianban.catalog.wording import DELIVERY_MODE_ZH, SPECIAL_PROCEDURE_ZH
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import local_date
from lianban.clock.limits import Light, TimeLimit
from lianban.clock.rules import RULE_ZH
from lianban.contracts.events import CaseEvent, Due
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import (
    CASE_STATUS_ZH,
    CAUSE_ZH,
    CLOSED,
    DELIVERY_RANK,
    DELIVERY_ZH,
    EVENT_ZH,
    LIGHT_ZH,
    OUTCOME_ZH,
    ROLE_ZH,
    STEP_STATE_ZH,
    CaseStatus,
    DeliveryState,
    Outcome,
    StepState,
)
from lianban.platform.problems import Problem
from lianban_intake.cases import phases, repository
from lianban_intake.cases.clocks import ClockRow, clock_of, clock_shown
from lianban_intake.cases.phases import Limits, Phase
from lianban_intake.cases.rules import rule_of
from lianban_intake.cases.schemas import (
    AcceptanceShown,
    ClockShown,
    DeliveryShown,
    DueDates,
    EventList,
    EventShown,
    Progress,
    ShipmentShown,
    StepShown,
    TracedDueDates,
)

ACCEPTANCE_ZH: Final = "受理"

_WORST: Final = (Light.RED, Light.YELLOW, Light.GREEN, Light.NONE)


def no_such_case() -> Problem:
    """The same whether there is none or it is another's: numbers cannot be probed."""
    return Problem(404, "unknown-case", "没有这个办件", "请核对办件编号。")


async def progress(
    connection: AsyncConnection, case_no: str, source: str | None, calendar: CalendarSnapshot
) -> Progress:
    """``calendar``: by which used and left working days are counted."""
    rows = await repository.with_steps(connection, case_no, source)
    if not rows:
        raise no_such_case()
    limits, told = await repository.phases(connection, case_no)
    return _Today(calendar).progress(rows, limits, told)


async def events(connection: AsyncConnection, case_no: str, source: str | None) -> EventList:
    found = await repository.events(connection, case_no, source)
    if not found:
        raise no_such_case()
    names = {ACCEPTANCE_STEP: ACCEPTANCE_ZH, **await repository.step_names(connection, case_no)}
    return EventList(case_no=case_no, events=tuple(_event(event, names) for event in found))


class _Today:
    """Cases as they stand today."""

    def __init__(self, calendar: CalendarSnapshot) -> None:
        self._calendar = calendar
        self._day = local_date(datetime.now(UTC))

    def progress(self, rows: Sequence[Row[Any]], limits: Limits, told: Sequence[CaseEvent]) -> Progress:
        case = rows[0]
        steps = tuple(self._step(row) for row in rows)
        status = CaseStatus(case.status)
        light = min([Light(case.light), *(step.light for step in steps)], key=_WORST.index)
        if status in CLOSED:
            light = Light.NONE  # no clock runs any more
        delivery = min(map(DeliveryState, case.shipments), key=DELIVERY_RANK.__getitem__, default=None)
        return Progress(
            case_no=case.case_no,
            theme=case.theme,
            theme_name=case.theme_name,
            division=case.division,
            channel=case.channel,
            catalog_version=case.catalog_version,
            calendar_version=case.calendar_version,
            status=status,
            status_zh=CASE_STATUS_ZH[status],
            outcome=case.outcome,
            outcome_zh=OUTCOME_ZH[Outcome(case.outcome)] if case.outcome else None,
            light=light,
            light_zh=LIGHT_ZH[light],
            received_at=case.received_at,
            accepted_at=(case.complete_at or case.received_at) if case.deemed else case.accepted_at,
            deemed=case.deemed,
            acceptance=self._acceptance(limits, told, case),
            decided_at=case.decided_at,
            closed_at=case.closed_at,
            due=_due(case.promised_due, case.legal_due, case.due_provisional),
            clock=self._clock(
                ClockRow(case.promised_due, case.legal_due, case.due_started, case.clock, case.moves),
                case.decided_at or case.closed_at,
            ),
            delivery=DeliveryShown(
                mode=case.delivery_mode,
                mode_zh=DELIVERY_MODE_ZH[DeliveryMode(case.delivery_mode)],
                state=delivery,
                state_zh=DELIVERY_ZH[delivery] if delivery else None,
                shipments=tuple(
                    self._shipment(phase, limits.delivery) for phase in phases.deliveries(told, limits.deliverable)
                ),
            ),
            steps=steps,
        )

    def _step(self, row: Row[Any]) -> StepShown:
        state = StepState(row.step_state)
        return StepShown(
            code=row.step_code,
            name=row.step_name,
            kind=row.step_kind,
            department=row.step_department,
            department_name=row.step_department_name,
            state=state,
            state_zh=STEP_STATE_ZH[state],
            decision=row.step_decision,
            light=row.step_light,
            light_zh=LIGHT_ZH[row.step_light],
            started_at=row.step_started_at,
            ended_at=row.step_ended_at,
            due=_due(row.step_promised_due, row.step_legal_due, row.step_due_provisional),
            clock=self._clock(
                ClockRow(
                    row.step_promised_due, row.step_legal_due, row.step_due_started, row.step_clock, row.step_moves
                ),
                row.step_ended_at,
            ),
        )

    def _acceptance(self, limits: Limits, told: Sequence[CaseEvent], case: Row[Any]) -> AcceptanceShown | None:
        if limits.acceptance is None:
            return None
        phase = phases.acceptance(told, case.received_at)
        due = phase.dates(self._calendar, limits.acceptance)
        ended = phases.last_day(phase, due, deemed=case.deemed)
        return AcceptanceShown(due=due_of(due), clock=self._of_phase(phase, due, ended), ended=ended)

    def _shipment(self, phase: Phase, limit: TimeLimit) -> ShipmentShown:
        due = phase.dates(self._calendar, limit)
        return ShipmentShown(
            number=phase.number,
            state=phase.state,
            state_zh=DELIVERY_ZH[phase.state] if phase.state else None,
            due=due_of(due),
            clock=self._of_phase(phase, due, phase.ended),
            handed_over=phase.ended,
        )

    def _of_phase(self, phase: Phase, due: Due | None, ended: date | None) -> ClockShown:
        promised, legal = (due.promised, due.legal) if due else (None, None)
        return clock_shown(phase.facts, promised, legal, phase.moves, self._calendar, ended or self._day)

    def _clock(self, row: ClockRow, ended_at: datetime | None) -> ClockShown | None:
        return clock_of(row, self._calendar, local_date(ended_at) if ended_at else self._day)


def _due(promised: Any, legal: Any, provisional: Any) -> DueDates | None:
    return None if promised is None else DueDates(promised=promised, legal=legal, provisional=provisional)


def due_of(due: Due | None) -> DueDates | None:
    return _due(due.promised, due.legal, due.provisional) if due else None


def _event(event: CaseEvent, names: dict[str, str]) -> EventShown:
    due, rule = event.due, rule_of(event)
    return EventShown(
        seq=event.seq,
        at=event.at,
        kind=event.kind,
        kind_zh=EVENT_ZH[event.kind],
        case_status=event.case_status,
        case_status_zh=CASE_STATUS_ZH[event.case_status],
        step=event.step,
        step_name=names.get(event.step) if event.step else None,
        state=event.state,
        state_zh=STEP_STATE_ZH[event.state] if event.state else None,
        decision=event.decision,
        light=event.light,
        light_zh=LIGHT_ZH[event.light],
        was=due_of(event.was),
        due=TracedDueDates(promised=due.promised, legal=due.legal, provisional=due.provisional, trace=due.trace)
        if due
        else None,
        role=event.role,
        role_zh=ROLE_ZH[event.role] if event.role else None,
        procedure=event.procedure,
        procedure_zh=SPECIAL_PROCEDURE_ZH[event.procedure] if event.procedure else None,
        days=event.days,
        until=event.until,
        rule=rule,
        rule_zh=RULE_ZH[rule] if rule else None,
        outcome=event.outcome,
        outcome_zh=OUTCOME_ZH[event.outcome] if event.outcome else None,
        delivery=event.delivery,
        delivery_zh=DELIVERY_ZH[event.delivery] if event.delivery else None,
        shipment=event.shipment,
        cause=event.cause,
        cause_zh=CAUSE_ZH[event.cause] if event.cause else None,
    )
