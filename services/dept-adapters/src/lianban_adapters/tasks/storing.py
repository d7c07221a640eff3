"""The tasks of one turn of a case are stored together, each with what happens to it next. Safe to repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Table, Text, bindparam, case, column, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from lianban.contracts.names import task_id
from lianban.contracts.orders import TaskOrder
from lianban.platform.database import Executor
from lianban.platform.relay import enqueue_values, enqueued
from lianban_adapters.channels.port import INBOX
from lianban_adapters.database import Relay
from lianban_adapters.tasks.states import TaskState
from lianban_adapters.tasks.tables import Task


class Next(StrEnum):
    """What happens to a task that is stored."""

    STORED = "stored"  # nothing yet: whoever stores it says so afterwards
    SENT = "sent"  # it lies in the inbox, where officers find it
    WAITS = "waits"  # it comes when it is its turn
    IN_HAND = "in-hand"  # whoever stores it sends it at once


@dataclass(frozen=True)
class Placed:
    """An order, and where it goes. ``reason``: why it is not sent at once, in Chinese."""

    order: TaskOrder
    channel: str
    next: Next
    reason: str | None = None


_TASKS: Final = cast(Table, Task.__table__)
_COPIED: Final = (
    "id",
    "department",
    "case_no",
    "step",
    "details",
    "due",
    "legal_due",
    "state",
    "channel",
    "reason",
    "received_at",
)


def _statement(lease: timedelta) -> Any:
    """Rows come as one parameter, so that their number does not make another statement of it."""
    columns = [column(name, _TASKS.c[name].type) for name in _COPIED]
    given = (
        func.jsonb_to_recordset(bindparam("new_tasks", type_=JSONB))
        .table_valued(*columns, column("next", Text))
        .render_derived(name="given", with_types=True)
    )
    in_hand = given.c.next == Next.IN_HAND
    placed: dict[str, ColumnElement[Any]] = {
        **{name: given.c[name] for name in _COPIED},
        "free_at": case((given.c.next.in_((Next.WAITS, Next.IN_HAND)), func.now())),
        "leased_until": case((in_hand, func.now() + lease)),
        "attempts": case((in_hand, 1), else_=0),
        "sent_at": case((given.c.next == Next.SENT, func.now())),
    }
    new = insert(_TASKS).from_select(list(placed), select(*placed.values()))
    stored = (
        new.on_conflict_do_update(  # a withdrawal that came first stays a withdrawal
            index_elements=[_TASKS.c.id],
            set_={name: new.excluded[name] for name in ("details", "due", "legal_due", "received_at")},
            where=_TASKS.c.details.is_(None),
        )
        .returning(_TASKS.c.id, _TASKS.c.leased_until)
        .cte("stored")
    )
    anything = select(literal(1).label("one")).select_from(stored).limit(1).cte("anything")
    return select(stored).add_cte(enqueued(anything, Relay))


class Storing:
    """``lease``: how long a task stays in the hands of whoever stored it, before others may send it."""

    def __init__(self, lease: timedelta) -> None:
        self._statement = _statement(lease)

    async def store(self, executor: Executor, placed: Sequence[Placed]) -> set[str]:
        """Ids of those that are now in the caller's hands. All are of one case; their events are on their way."""
        values = {
            "new_tasks": [_row(one) for one in placed],
            **enqueue_values(placed[0].order.case_no, [event for one in placed for event in one.order.events]),
        }
        rows = await executor.execute(self._statement, values)
        return {identity for identity, leased_until in rows if leased_until is not None}


def _row(placed: Placed) -> dict[str, Any]:
    order = placed.order
    return {
        "id": task_id(order.case_no, order.step),
        "department": order.department,
        "case_no": order.case_no,
        "step": order.step,
        "details": order.model_dump(mode="json", exclude={"events"}),
        "due": order.due.promised if order.due else None,
        "legal_due": order.due.legal if order.due else None,
        "state": TaskState.SENT if placed.next is Next.SENT else TaskState.RECEIVED,
        "channel": INBOX if placed.next is Next.SENT else placed.channel,
        "reason": placed.reason,
        "received_at": order.received_at,
        "next": placed.next,
    }
