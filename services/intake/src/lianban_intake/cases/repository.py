"""Reading cases. ``source``: the one source system whose cases may be seen, None for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Row, String, and_, bindparam, exists, func, or_, select, text, true
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban.catalog.terms import AcceptanceMode
from lianban.clock.limits import TimeLimit
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import CaseStatus, EventKind
from lianban_intake.cases.phases import TELLING, Limits
from lianban_intake.cases.tables import Case, CaseShipment, CaseStep
from lianban_intake.events.tables import Event
from lianban_intake.outbox.tables import PendingStart

_CASE = [column for column in Case.__table__.columns if column.name != "source_system"]
_STEP = [column.label(f"step_{column.name}") for column in CaseStep.__table__.columns]

_NUMBER = bindparam("number", type_=String)
_SOURCE = bindparam("source", type_=String)
_VISIBLE = or_(_SOURCE.is_(None), Case.source_system == _SOURCE)

_SHIPMENTS = func.array(
    select(CaseShipment.state).where(CaseShipment.case_no == Case.case_no).scalar_subquery(), type_=ARRAY(String)
).label("shipments")

_SHOWN: list[ColumnElement[Any]] = [*_CASE, _SHIPMENTS, *_STEP]

# Built once: with so many columns, building costs more than asking.
_WITH_STEPS = (
    select(*_SHOWN)
    .join(CaseStep, CaseStep.case_no == Case.case_no)
    .where(Case.case_no == _NUMBER, _VISIBLE)
    .order_by(CaseStep.position)
)

_PHASES = text("""
SELECT k.plan ->> 'acceptance' AS acceptance, k.plan -> 'acceptance_limit' AS acceptance_limit,
    k.plan -> 'delivery_limit' AS delivery_limit,
    (SELECT array_agg(s ->> 'code') FROM json_array_elements(k.plan -> 'steps') AS s
     WHERE EXISTS (SELECT FROM json_array_elements(s -> 'results') AS r WHERE CAST(r ->> 'deliverable' AS boolean))
    ) AS deliverable,
    (SELECT json_agg(e.body ORDER BY e.seq) FROM intake.events AS e
     WHERE e.case_no = a.case_no AND e.kind = ANY(CAST(:kinds AS text[]))) AS events
FROM intake.applications AS a JOIN intake.compilations AS k ON k.digest = a.compilation
WHERE a.case_no = :case_no
""")


async def with_steps(connection: AsyncConnection, case_no: str, source: str | None) -> Sequence[Row[Any]]:
    """One row for each step, in plan order, each with the columns of the case and the
    states of its ``shipments``; none when there is no such case."""
    return (await connection.execute(_WITH_STEPS, {"number": case_no, "source": source})).all()


async def phases(connection: AsyncConnection, case_no: str) -> tuple[Limits, list[CaseEvent]]:
    """What the clocks of acceptance and delivery follow from: limits of the plan, and what tells of them, in order."""
    row = (await connection.execute(_PHASES, {"case_no": case_no, "kinds": list(TELLING)})).one()
    on_filing = AcceptanceMode(row.acceptance) is AcceptanceMode.ON_FILING
    limits = Limits(
        acceptance=None if on_filing else TimeLimit.model_validate(row.acceptance_limit),
        delivery=TimeLimit.model_validate(row.delivery_limit),
        deliverable=frozenset(row.deliverable or ()),
    )
    return limits, [CaseEvent.model_validate(body) for body in row.events or ()]


async def events(connection: AsyncConnection, case_no: str, source: str | None) -> list[CaseEvent]:
    """In order; empty when there is no such case, for a case has at least the event of its receipt."""
    query = (
        select(Event.body)
        .join(Case, Case.case_no == Event.case_no)
        .where(Event.case_no == case_no, visible(source))
        .order_by(Event.seq)
    )
    return [CaseEvent.model_validate(body) for body in await connection.scalars(query)]


async def step_names(connection: AsyncConnection, case_no: str) -> dict[str, str]:
    query = select(CaseStep.code, CaseStep.name).where(CaseStep.case_no == case_no)
    return {row.code: row.name for row in await connection.execute(query)}


@dataclass(frozen=True)
class Standing:
    """What a withdrawal depends on. ``pending``: the workflow is not known to be started.
    ``withdrawn``: the event by which the case was withdrawn, if it was."""

    status: CaseStatus
    pending: bool
    withdrawn: CaseEvent | None


async def standing(connection: AsyncConnection, case_no: str, source: str | None) -> Standing | None:
    query = (
        select(Case.status, exists().where(PendingStart.case_no == Case.case_no).label("pending"), Event.body)
        .outerjoin(Event, and_(Event.case_no == Case.case_no, Event.kind == EventKind.CASE_WITHDRAWN.value))
        .where(Case.case_no == case_no, visible(source))
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return Standing(
        status=CaseStatus(row.status),
        pending=row.pending,
        withdrawn=CaseEvent.model_validate(row.body) if row.body else None,
    )


def visible(source: str | None) -> ColumnElement[bool]:
    """Whether a case is one of the source's."""
    return true() if source is None else Case.source_system == source
