"""Cases whose workflow is yet to be started, and what is needed to start it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban.catalog.plan import Plan
from lianban.clock.deadlines import local_date
from lianban.contracts.case import CASE_EDITION, CaseInput
from lianban_intake.applications.tables import Application, StoredCompilation
from lianban_intake.cases.tables import Case
from lianban_intake.outbox.claiming import claim_due
from lianban_intake.outbox.tables import PendingStart
from lianban_intake.redating.repository import doubt_calendar
from lianban_intake.themes.edition import Edition

GRACE: Final = 10
"""Seconds after filing in which the process that filed starts the workflow itself; then anyone may."""


async def claim(connection: AsyncConnection, edition: Edition, limit: int) -> list[CaseInput]:
    """Cases due to be tried, in order."""
    numbers = await claim_due(connection, PendingStart, PendingStart.case_no, limit)
    if not numbers:
        return []
    await doubt_calendar(connection, numbers, edition.calendar.version)
    return await _inputs(connection, edition, Case.case_no.in_(numbers))


async def find(connection: AsyncConnection, edition: Edition, case_no: str) -> CaseInput | None:
    """A case whose start is pending; None when it has been started."""
    pending = exists().where(PendingStart.case_no == Case.case_no)
    found = await _inputs(connection, edition, (Case.case_no == case_no) & pending)
    if not found:
        return None
    await doubt_calendar(connection, [case_no], edition.calendar.version)
    return found[0]


async def settle(connection: AsyncConnection, case_nos: Collection[str]) -> None:
    """Their workflows exist."""
    await connection.execute(delete(PendingStart).where(PendingStart.case_no.in_(case_nos)))


async def _inputs(connection: AsyncConnection, edition: Edition, which: ColumnElement[bool]) -> list[CaseInput]:
    query = (
        select(Case.case_no, Case.received_at, Case.channel, Case.delivery_mode, StoredCompilation.plan)
        .join(Application, Application.case_no == Case.case_no)
        .join(StoredCompilation, StoredCompilation.digest == Application.compilation)
        .where(which)
        .order_by(Case.received_at, Case.case_no)
    )
    rows: Sequence[Any] = (await connection.execute(query)).all()
    return [
        CaseInput(
            case_no=row.case_no,
            plan=Plan.model_validate(row.plan),
            calendar=edition.calendar_from(local_date(row.received_at)),
            received_at=row.received_at,
            channel=row.channel,
            delivery=row.delivery_mode,
            edition=CASE_EDITION,
        )
        for row in rows
    ]
