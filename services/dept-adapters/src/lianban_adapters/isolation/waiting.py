"""Statements on tasks that wait for their department. Each is safe to repeat."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import and_, func, select, update

from lianban.contracts.orders import TaskOrder
from lianban.platform.database import Executor
from lianban_adapters.channels.port import INBOX
from lianban_adapters.tasks.states import TaskState
from lianban_adapters.tasks.tables import Task

LEASE: Final = timedelta(seconds=60)
"""Longer than one task takes to be sent."""

_WAITING: Final = and_(Task.state == TaskState.RECEIVED, Task.free_at.is_not(None))
_IN_HAND: Final = func.coalesce(Task.leased_until > func.now(), False)


class Backlog(NamedTuple):
    """``sending``: how many of those that wait are being sent just now; ``due``: how many may be tried now.
    ``oldest``: since when the one waits that comes first."""

    department: str
    waiting: int
    sending: int
    due: int
    oldest: datetime


class Head(NamedTuple):
    """``attempts``: how often it has been tried, this time included."""

    id: str
    order: TaskOrder
    attempts: int


async def backlogs(executor: Executor) -> dict[str, Backlog]:
    statement = (
        select(
            Task.department,
            func.count(),
            func.count().filter(_IN_HAND),
            func.count().filter(Task.free_at <= func.now(), ~_IN_HAND),
            func.min(Task.received_at),
        )
        .where(_WAITING)
        .group_by(Task.department)
    )
    return {row[0]: Backlog(*row) for row in await executor.execute(statement)}


async def put_off(executor: Executor, identity: str, reason: str, seconds: float, *, tried: bool = False) -> None:
    """A task that was not taken yet waits. ``tried``: it is counted, where taking it up has not counted it already."""
    values = {
        "free_at": func.now() + timedelta(seconds=seconds),
        "leased_until": None,
        "reason": reason,
        "attempts": Task.attempts + int(tried),
    }
    await executor.execute(update(Task).where(Task.id == identity, Task.state == TaskState.RECEIVED).values(values))


async def give_back(executor: Executor, identity: str, reason: str) -> None:
    """It was in hand and has not been tried: the department has never heard of it."""
    values = {"free_at": func.now(), "leased_until": None, "reason": reason, "attempts": Task.attempts - 1}
    await executor.execute(update(Task).where(Task.id == identity, Task.state == TaskState.RECEIVED).values(values))


async def release(executor: Executor, identities: Collection[str]) -> None:
    """Nobody is sending them any more."""
    await executor.execute(update(Task).where(Task.id.in_(identities), _WAITING).values(leased_until=None))


async def keep(executor: Executor, identity: str) -> bool:
    """What is in hand stays there, its lease begun anew. False when it does not wait any more: an officer has taken it
    over, or the case has taken it back."""
    statement = update(Task).where(Task.id == identity, _WAITING).values(leased_until=func.now() + LEASE)
    return (await executor.execute(statement.returning(Task.id))).one_or_none() is not None


async def forget_attempts(executor: Executor, department: str, most: int) -> None:
    """A backlog has been worked off: how often what is left of it was tried meanwhile lengthens no pause."""
    statement = update(Task).where(Task.department == department, _WAITING, Task.attempts > most)
    await executor.execute(statement.values(attempts=most))


async def take(
    executor: Executor, department: str, *, stored_until: datetime | None = None, but: Collection[str] = ()
) -> Head | None:
    """The next task in the order of receipt, leased. ``stored_until``: of those stored by then, whether or not they
    are to be tried again yet; none: of those that are. ``but``: not these."""
    candidates = [Task.department == department, _WAITING, ~_IN_HAND]
    candidates += [Task.free_at <= func.now() if stored_until is None else Task.created_at <= stored_until]
    if but:
        candidates.append(Task.id.not_in(but))
    first = (
        select(Task.id)
        .where(*candidates)
        .order_by(Task.received_at, Task.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    statement = (
        update(Task)
        .where(Task.id == first)
        .values(leased_until=func.now() + LEASE, attempts=Task.attempts + 1)
        .returning(Task.id, Task.details, Task.attempts)
    )
    row = (await executor.execute(statement)).one_or_none()
    return Head(row.id, TaskOrder.model_validate(row.details), row.attempts) if row is not None else None


async def to_inbox(executor: Executor, department: str, reason: str) -> int:
    """Everything that waits and is not just being sent; number of tasks."""
    statement = (
        update(Task)
        .where(Task.department == department, _WAITING, ~_IN_HAND)
        .values(state=TaskState.SENT, sent_at=func.now(), channel=INBOX, reason=reason)
        .returning(Task.id)
    )
    return len((await executor.execute(statement)).all())


async def now(executor: Executor) -> datetime:
    """By the clock that tasks are stored by."""
    instant: datetime = (await executor.execute(select(func.now()))).scalar_one()
    return instant
