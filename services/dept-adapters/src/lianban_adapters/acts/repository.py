"""Statements on the table of acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import Boolean, Table, and_, bindparam, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lianban.contracts.acts import ActOutcome
from lianban.platform.case_updates import Refused
from lianban.platform.database import Executor
from lianban.platform.relay import enqueue_values, enqueued
from lianban_adapters.acts.states import UNDER_WAY, ActState
from lianban_adapters.acts.submission import Submission
from lianban_adapters.acts.tables import Act
from lianban_adapters.database import Relay
from lianban_adapters.tasks.states import OPEN, TaskState
from lianban_adapters.tasks.tables import Task

LEASE: Final = timedelta(seconds=40)
"""An act is left to whoever is carrying it for this long; then the outbox takes it."""

_LONGEST_PAUSE: Final = 15


_EARLIER: Final = aliased(Act)
_ACTS: Final = cast(Table, Act.__table__)
_TASKS: Final = cast(Table, Task.__table__)

# On the path of every act; built once, because building a statement costs more than running it.
_WAITING: Final = exists().where(_EARLIER.task_id == bindparam("task_id"), _EARLIER.state == ActState.WAITING)
_CAME_BEFORE: Final = exists().where(
    _ACTS.c.department == bindparam("department"), _ACTS.c.act_id == bindparam("act_id")
)
_OF_TASK: Final = tuple(
    _TASKS.c[name] for name in ("id", "department", "case_no", "step", "details", "state", "claimed_by", "ended_at")
)
_LOOK_UP: Final = select(_CAME_BEFORE, _WAITING, *_OF_TASK).where(_TASKS.c.id == bindparam("task_id"))
_LOOK_UP_ON_CASE: Final = select(_CAME_BEFORE, _WAITING, exists().where(_TASKS.c.case_no == bindparam("case_no")))
_STORE: Final = insert(_ACTS).on_conflict_do_nothing().returning(_ACTS.c.act_id)
_FINISHED: Final = (
    update(_ACTS)
    .where(
        _ACTS.c.department == bindparam("of_department"),
        _ACTS.c.act_id == bindparam("of_act"),
        _ACTS.c.state.in_(UNDER_WAY),
    )
    .values(state=ActState.APPLIED, case_status=bindparam("new_status"), step_state=bindparam("new_step_state"))
    .returning(_ACTS.c.task_id)
    .cte("finished")
)
_DECIDED: Final = (
    update(_TASKS)
    .where(_TASKS.c.id == _FINISHED.c.task_id, bindparam("ends_task", type_=Boolean), _TASKS.c.state.in_(OPEN))
    .values(state=TaskState.DECIDED, ended_at=func.now())
    .cte("decided")
)
_FINISH: Final = select(_FINISHED.c.task_id).add_cte(_DECIDED).add_cte(enqueued(_FINISHED, Relay))


@dataclass(frozen=True)
class Known:
    """What is known when an act arrives: whether it came before; whether an earlier act of the task still waits in the
    outbox; its task, as far as acts are concerned with it; and of an act on a case as a whole, which has no task,
    whether there is that case."""

    came_before: bool = False
    behind: bool = False
    task: Task | None = None
    case: bool = False


async def look_up(executor: Executor, submission: Submission) -> Known:
    """Nothing is mapped: that costs more than the question."""
    named = {"department": submission.department, "act_id": submission.act_id, "task_id": submission.task_id}
    row = (await executor.execute(_LOOK_UP, named)).one_or_none()
    if row is not None:
        came_before, behind, *values = row
        task = Task(**{column.key: value for column, value in zip(_OF_TASK, values, strict=True)})
        return Known(came_before, behind, task)
    if not submission.is_on_case:
        return Known()
    row = (await executor.execute(_LOOK_UP_ON_CASE, {**named, "case_no": submission.case_no})).one()
    came_before, behind, there = row
    return Known(came_before, behind, case=there)


async def store(executor: Executor, submission: Submission, document: str | None, state: ActState) -> Act | None:
    """None when the act is there already."""
    values = {
        "department": submission.department,
        "act_id": submission.act_id,
        "task_id": submission.task_id,
        "case_no": submission.case_no,
        "step": submission.step,
        "kind": submission.kind.value,
        "actor": submission.actor.value,
        "officer": submission.officer,
        "decision": submission.decision.value if submission.decision else None,
        "occurred_at": submission.occurred_at,
        "document": document,
        "role": submission.role.value if submission.role else None,
        "procedure": submission.procedure.value if submission.procedure else None,
        "days": submission.days,
        "overrides": submission.overrides.value if submission.overrides else None,
        "fingerprint": submission.fingerprint,
        "state": state.value,
        "next_attempt_at": datetime.now(UTC) + (timedelta() if state is ActState.WAITING else LEASE),
    }
    return Act(**values, attempts=0) if await executor.scalar(_STORE, values) is not None else None


async def finish(executor: Executor, act: Act, outcome: ActOutcome, *, ends_task: bool) -> bool:
    """The case has applied it, and its events are on their way. False when that was known already."""
    values = {
        **enqueue_values(act.case_no, outcome.events),
        "of_department": act.department,
        "of_act": act.act_id,
        "new_status": outcome.case_status.value,
        "new_step_state": outcome.step_state.value if outcome.step_state else None,
        "ends_task": ends_task,
    }
    return await executor.scalar(_FINISH, values) is not None


async def refuse(session: AsyncSession, act: Act, refused: Refused) -> bool:
    """The case has refused it. False when that was known already."""
    statement = (
        update(Act)
        .where(_is(act), Act.state.in_(UNDER_WAY))
        .values(state=ActState.REFUSED, refusal=refused.slug, detail=refused.detail, rule=refused.rule)
        .returning(Act.act_id)
    )
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
    due = (
        select(Act.seq)
        .where(
            Act.state.in_(UNDER_WAY),
            Act.next_attempt_at <= func.now(),
            ~exists().where(_EARLIER.task_id == Act.task_id, _EARLIER.seq < Act.seq, _EARLIER.state.in_(UNDER_WAY)),
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


async def by_id(session: AsyncSession, department: str, act_id: str) -> Act | None:
    return await session.get(Act, (department, act_id))


async def of_task(session: AsyncSession, task_id: str) -> list[Act]:
    return list(await session.scalars(select(Act).where(Act.task_id == task_id).order_by(Act.seq)))


def _is(act: Act) -> Any:
    return and_(Act.department == act.department, Act.act_id == act.act_id)
