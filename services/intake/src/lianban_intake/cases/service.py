"""Progress and events, from the database alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban.catalog.terms import DeliveryMode
from lianban.catalog.wording import DELIVERY_MODE_ZH
from lianban.clock.limits import Light
from lianban.contracts.events import CaseEvent
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import (
    CASE_STATUS_ZH,
    DELIVERY_RANK,
    DELIVERY_ZH,
    EVENT_ZH,
    LIGHT_ZH,
    OUTCOME_ZH,
    STEP_STATE_ZH,
    CaseStatus,
    DeliveryState,
    Outcome,
    StepState,
)
from lianban.platform.problems import Problem
from lianban_intake.cases import repository
from lianban_intake.cases.schemas import DeliveryShown, DueDates, EventList, EventShown, Progress, StepShown

ACCEPTANCE_ZH: Final = "受理"

_WORST: Final = (Light.RED, Light.YELLOW, Light.GREEN, Light.NONE)


def no_such_case() -> Problem:
    """The same whether there is none or it is another's: numbers cannot be probed."""
    return Problem(404, "unknown-case", "没有这个办件", "请核对办件编号。")


async def progress(connection: AsyncConnection, case_no: str, source: str | None) -> Progress:
    rows = await repository.with_steps(connection, case_no, source)
    if not rows:
        raise no_such_case()
    return _progress(rows)


async def events(connection: AsyncConnection, case_no: str, source: str | None) -> EventList:
    found = await repository.events(connection, case_no, source)
    if not found:
        raise no_such_case()
    names = {ACCEPTANCE_STEP: ACCEPTANCE_ZH, **await repository.step_names(connection, case_no)}
    return EventList(case_no=case_no, events=tuple(_event(event, names) for event in found))


def _progress(rows: Sequence[Row[Any]]) -> Progress:
    case = rows[0]
    steps = tuple(_step(row) for row in rows)
    status = CaseStatus(case.status)
    light = min([Light(case.light), *(step.light for step in steps)], key=_WORST.index)
    if status in (CaseStatus.COMPLETED, CaseStatus.REFUSED, CaseStatus.WITHDRAWN):
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
        accepted_at=case.received_at if case.deemed else case.accepted_at,
        deemed=case.deemed,
        decided_at=case.decided_at,
        closed_at=case.closed_at,
        due=_due(case.promised_due, case.legal_due, case.due_provisional),
        delivery=DeliveryShown(
            mode=case.delivery_mode,
            mode_zh=DELIVERY_MODE_ZH[DeliveryMode(case.delivery_mode)],
            state=delivery,
            state_zh=DELIVERY_ZH[delivery] if delivery else None,
        ),
        steps=steps,
    )


def _step(row: Row[Any]) -> StepShown:
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
    )


def _due(promised: Any, legal: Any, provisional: Any) -> DueDates | None:
    return None if promised is None else DueDates(promised=promised, legal=legal, provisional=provisional)


def _event(event: CaseEvent, names: dict[str, str]) -> EventShown:
    due = event.due
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
        due=DueDates(promised=due.promised, legal=due.legal, provisional=due.provisional) if due else None,
        outcome=event.outcome,
        delivery=event.delivery,
        delivery_zh=DELIVERY_ZH[event.delivery] if event.delivery else None,
        shipment=event.shipment,
        cause=event.cause,
    )
