"""Statements on tasks that wait for their department. Each is safe to repeat."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, update

from lianban.contracts.orders import TaskOrder
from lianban.platform.database import Executor
from lianban_adapters.channels.port import INBOX
from lianban_adapters.tasks.states import TaskState
from lianban_adapters.tasks.tables import Task

LEASE: Final = timedelta(seconds=60)
"""Renewed while the task is being sent, however long that takes."""

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


async def take_due(executor: Executor, department: str) -> Head | None:
    """Of those that are to be tried again and are in nobody's hands, the first in the order of receipt, leased."""
    due = (Task.department == department, _WAITING, ~_IN_HAND, Task.free_at <= func.now())
    first = _in_order(*due).with_for_update(skip_locked=True)
    return await _take(executor, first)


async def take_first(executor: Executor, department: str, until: datetime, but: Collection[str]) -> Head | None:
    """The first in the order of receipt, leased, of those stored ``until`` then, whether or not it is to be tried again
    yet. None as well while it is in somebody's hands: none is taken before it. ``but``: not these."""
    first = _in_order(*_of_backlog(department, until, but)).with_for_update()
    return await _take(executor, first)


async def is_left(executor: Executor, department: str, until: datetime, but: Collection[str]) -> bool:
    """Whether any of those stored ``until`` then is still waiting, be it in somebody's hands."""
    statement = select(exists().where(*_of_backlog(department, until, but)))
    return bool((await executor.execute(statement)).scalar_one())


def _of_backlog(department: str, until: datetime, but: Collection[str]) -> list[ColumnElement[bool]]:
    chosen = [Task.department == department, _WAITING, Task.created_at <= until]
    return [*chosen, Task.id.not_in(but)] if but else chosen


def _in_order(*which: ColumnElement[bool]) -> Select[str]:
    return select(Task.id).where(*which).order_by(Task.received_at, Task.id).limit(1)


async def _take(executor: Executor, first: Select[str]) -> Head | None:
    statement = (
        update(Task)
        .where(Task.id == first.scalar_subquery(), ~_IN_HAND)
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
