"""Taking what is due out of a table of things to be tried: by moving the time, not by a lock, so that no transaction is
open while anybody is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute

from lianban_intake.outbox.tables import PendingStart
from lianban_intake.supplements.tables import PendingSupplement

_LONGEST: Final = 5  # 2**5 seconds between two attempts at one


async def claim_due(
    connection: AsyncConnection,
    pending: type[PendingStart | PendingSupplement],
    key: InstrumentedAttribute[str],
    limit: int,
) -> Sequence[str]:
    """Keys of what is due, in order of time; not due again for a while, longer with each attempt but not for ever."""
    due = (
        select(key)
        .where(pending.due_at <= func.now())
        .order_by(pending.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    pause = func.power(2, func.least(pending.attempts + 1, _LONGEST)) * literal_column("interval '1 second'")
    claimed = (
        update(pending)
        .where(key.in_(due))
        .values(attempts=pending.attempts + 1, due_at=func.now() + pause)
        .returning(key)
    )
    return (await connection.scalars(claimed)).all()
