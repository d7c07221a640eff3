"""Statements on the table of acts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lianban.contracts.acts import ActOutcome
from lianban_adapters.acts.states import UNDER_WAY, ActState
from lianban_adapters.acts.submission import Submission
from lianban_adapters.acts.tables import Act
from lianban_adapters.tasks.tables import Task

LEASE: Final = timedelta(seconds=40)
"""An act is left to whoever is carrying it for this long; then the outbox takes it."""

_LONGEST_PAUSE: Final = 15


class Known:
    """What is known when an act arrives: its task, the act if it came before, and whether an earlier act of the task
    still waits in the outbox."""

    def __init__(self, task: Task | None, act: Act | None, behind: bool) -> None:
        self.task = task
        self.act = act
        self.behind = behind


async def look_up(session: AsyncSession, department: str, act_id: str, task_id: str) -> Known:
    earlier = aliased(Act)
    waiting = exists().where(earlier.task_id == Task.id, earlier.state == ActState.WAITING)
    statement = (
        select(Task, Act, waiting)
        .outerjoin(Act, and_(Act.department == department, Act.act_id == act_id))
        .where(Task.id == task_id)
    )
    row = (await session.execute(statement)).one_or_none()
    return Known(row[0], row[1], row[2]) if row is not None else Known(None, None, False)


async def store(
    session: AsyncSession, submission: Submission, task: Task, document: str | None, state: ActState
) -> Act | None:
    """None when the act is there already."""
    statement = (
        insert(Act)
        .values(
            department=submission.department,
            act_id=submission.act_id,
            task_id=task.id,
            case_no=task.case_no,
            step=task.step,
            kind=submission.kind.value,
            actor=submission.actor.value,
            officer=submission.officer,
            decision=submission.decision.value if submission.decision else None,
            occurred_at=submission.occurred_at,
            document=document,
            fingerprint=submission.fingerprint,
            state=state.value,
            next_attempt_at=datetime.now(UTC) + (timedelta() if state is ActState.WAITING else LEASE),
        )
        .on_conflict_do_nothing()
        .returning(Act)
    )
    stored: Act | None = await session.scalar(statement)
    return stored


async def finish(session: AsyncSession, act: Act, outcome: ActOutcome) -> bool:
    """The case has applied it. False when that was known already."""
    return await _end(
        session,
        act,
        state=ActState.APPLIED,
        case_status=outcome.case_status.value,
        step_state=outcome.step_state.value if outcome.step_state else None,
    )


async def refuse(session: AsyncSession, act: Act, refusal: str, detail: str) -> bool:
    """The case has refused it. False when that was known already."""
    return await _end(session, act, state=ActState.REFUSED, refusal=refusal, detail=detail)


async def _end(session: AsyncSession, act: Act, **values: Any) -> bool:
    statement = update(Act).where(_is(act), Act.state.in_(UNDER_WAY)).values(**values).returning(Act.act_id)
    return await session.scalar(statement) is not None


async def postpone(session: AsyncSession, act: Act) -> None:
    """The case could not be asked: into the outbox, with a pause that grows with every attempt."""
    pause = min(2 ** min(act.attempts, 10), _LONGEST_PAUSE) if act.attempts else 0
    statement = (
        update(Act)
        .where(_is(act), Act.state.in_(UNDER_WAY))
        .values(state=ActState.WAITING, next_attempt_at=func.now() + timedelta(seconds=pause))
    )
    await session.execute(statement)


async def take_due(session: AsyncSession, limit: int) -> list[Act]:
    """Acts to be carried now, leased: of each task the earliest one under way, so that acts keep their order."""
    earlier = aliased(Act)
    due = (
        select(Act.seq)
        .where(
            Act.state.in_(UNDER_WAY),
            Act.next_attempt_at <= func.now(),
            ~exists().where(earlier.task_id == Act.task_id, earlier.seq < Act.seq, earlier.state.in_(UNDER_WAY)),
        )
        .order_by(Act.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Act)
    )
    statement = (
        update(Act)
        .where(Act.seq.in_(due))
        .values(state=ActState.WAITING, next_attempt_at=func.now() + LEASE, attempts=Act.attempts + 1)
        .returning(Act)
    )
    return list(await session.scalars(statement))


async def of_task(session: AsyncSession, task_id: str) -> list[Act]:
    return list(await session.scalars(select(Act).where(Act.task_id == task_id).order_by(Act.seq)))


async def returned(session: AsyncSession, task_id: str) -> list[Act]:
    """Immediate answers of a task."""
    statement = select(Act).where(Act.task_id == task_id, Act.state == ActState.RETURNED).order_by(Act.seq)
    return list(await session.scalars(statement))


def _is(act: Act) -> Any:
    return and_(Act.department == act.department, Act.act_id == act.act_id)
