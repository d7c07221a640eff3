"""Statements on the table of tasks. Each is safe to repeat."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, NamedTuple, cast

from sqlalchemy import Table, bindparam, case, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from lianban.contracts.names import task_id
from lianban.contracts.orders import TaskWithdrawal
from lianban.platform.database import Executor
from lianban_adapters.channels.port import INBOX
from lianban_adapters.tasks.standing import Standing
from lianban_adapters.tasks.states import OPEN, TaskState
from lianban_adapters.tasks.tables import Task

_TASKS: Final = cast(Table, Task.__table__)
_SHORT: Final = (_TASKS.c.id, _TASKS.c.state, _TASKS.c.channel, _TASKS.c.cause, _TASKS.c.free_at)
# On the path of every task; built once, because building a statement costs more than running it.
_STORED: Final = select(*_SHORT).where(_TASKS.c.id == bindparam("of_task"))
_MARK_SENT: Final = (
    update(_TASKS)
    .where(_TASKS.c.id == bindparam("of_task"), _TASKS.c.state == TaskState.RECEIVED)
    .values(state=TaskState.SENT, sent_at=func.now(), channel=bindparam("new_channel"), reason=bindparam("new_reason"))
    .returning(_TASKS.c.id)
)


class Stored(NamedTuple):
    """A task, as far as sending it is concerned. ``free_at``: it waits for its turn."""

    id: str
    state: str
    channel: str
    cause: str | None
    free_at: datetime | None


async def by_id(session: AsyncSession, identity: str) -> Task | None:
    return await session.get(Task, identity)


async def stored(executor: Executor, identity: str) -> Stored:
    return Stored(*(await executor.execute(_STORED, {"of_task": identity})).one())


async def mark_sent(executor: Executor, identity: str, channel: str, reason: str | None = None) -> bool:
    """False when the task is no longer waiting to be sent: claimed, decided or withdrawn meanwhile."""
    values = {"of_task": identity, "new_channel": channel, "new_reason": reason}
    return await executor.scalar(_MARK_SENT, values) is not None


async def note(session: AsyncSession, identity: str, reason: str) -> None:
    """Why the task has not reached the department yet."""
    statement = update(Task).where(Task.id == identity, Task.state == TaskState.RECEIVED).values(reason=reason)
    await session.execute(statement)


async def stand(executor: Executor, identity: str, standing: Standing) -> None:
    """How the task stands in its case, unless something later is known already."""
    due = standing.due
    values = {
        "seq": standing.seq,
        "step_state": standing.state.value,
        "pauses": [pause.model_dump(mode="json") for pause in standing.pauses],
        "due": due.promised if due else None,
        "legal_due": due.legal if due else None,
    }
    await executor.execute(update(_TASKS).where(_TASKS.c.id == identity, _TASKS.c.seq < standing.seq).values(values))


async def note_supplement(session: AsyncSession, identity: str, reason: str | None) -> None:
    """Why the department's system has not heard of the supplement yet; none: it has."""
    with_system = (Task.id == identity, Task.state.in_(OPEN), Task.channel != INBOX)
    await session.execute(update(Task).where(*with_system).values(reason=reason))


async def to_inbox(session: AsyncSession, identity: str, channel: str, reason: str) -> None:
    """An open task needs a person from now on: it is not sent (again), which would take it out of the inbox."""
    unsent = case((Task.state == TaskState.RECEIVED, TaskState.SENT.value), else_=Task.state)
    values = {"channel": channel, "reason": reason, "state": unsent}
    await session.execute(update(Task).where(Task.id == identity, Task.state.in_(OPEN)).values(values))


async def withdraw(session: AsyncSession, order: TaskWithdrawal, channel: str) -> Task:
    """The task as it stands afterwards. What is decided stays decided. A task not known yet is stored as withdrawn,
    so that its order, when it arrives, is not sent."""
    identity = task_id(order.case_no, order.step)
    ended = {"state": TaskState.WITHDRAWN, "ended_at": datetime.now(UTC), "cause": order.cause.value}
    statement = (
        insert(Task)
        .values(
            id=identity,
            department=order.department,
            case_no=order.case_no,
            step=order.step,
            channel=channel,
            **ended,
        )
        .on_conflict_do_update(index_elements=[Task.id], set_=ended, where=Task.state.in_(OPEN))
        .returning(Task)
    )
    changed: Task | None = await session.scalar(statement)
    return changed if changed is not None else await session.get_one(Task, identity)


async def mark_told(session: AsyncSession, identity: str) -> None:
    """The department knows that the task is taken back."""
    await session.execute(update(Task).where(Task.id == identity).values(told_at=func.now()))


async def claim(session: AsyncSession, identity: str, officer: str, channel: str) -> Task | None:
    """Only one officer can get it: the second finds the state changed. A task its system has not taken yet is taken
    over by the inbox."""
    statement = (
        update(Task)
        .where(Task.id == identity, Task.state.in_((TaskState.RECEIVED, TaskState.SENT)))
        .values(state=TaskState.CLAIMED, claimed_by=officer, claimed_at=func.now(), channel=channel)
        .returning(Task)
    )
    claimed: Task | None = await session.scalar(statement)
    return claimed


async def release(session: AsyncSession, identity: str, officer: str | None) -> Task | None:
    """``officer`` must hold the task; none: whoever holds it."""
    statement = (
        update(Task)
        .where(Task.id == identity, Task.state == TaskState.CLAIMED)
        .values(state=TaskState.SENT, claimed_by=None, claimed_at=None)
        .returning(Task)
    )
    if officer is not None:
        statement = statement.where(Task.claimed_by == officer)
    released: Task | None = await session.scalar(statement)
    return released


async def search(
    session: AsyncSession,
    *,
    department: str | None,
    states: tuple[TaskState, ...],
    channel: str | None,
    after: str | None,
    limit: int,
) -> list[Task]:
    """Soonest due first, those without a limit last. ``after``: id of the last task of the page before."""
    order = (func.coalesce(Task.due, literal_column("'infinity'::date")), Task.id)
    statement = select(Task).where(Task.state.in_(states), Task.details.is_not(None)).order_by(*order).limit(limit)
    if department is not None:
        statement = statement.where(Task.department == department)
    if channel is not None:
        statement = statement.where(Task.channel == channel)
    if after is not None:
        last = select(*order).where(Task.id == after).subquery()
        statement = statement.where(func.row(*order) > func.row(*last.c))
    return list(await session.scalars(statement))
