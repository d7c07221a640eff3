"""Supplements whose case is yet to answer, and writing down what it answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban.platform.case_updates import Refused
from lianban_intake.outbox.claiming import claim_due
from lianban_intake.supplements.states import SupplementState
from lianban_intake.supplements.tables import PendingSupplement, SupplementRow

_PENDING: Final = select(
    SupplementRow.act_id, SupplementRow.case_no, SupplementRow.step, SupplementRow.handed_in_at
).order_by(SupplementRow.handed_in_at)

_SETTLE: Final = text("""
WITH settled AS (
    UPDATE intake.supplements SET state = :state, seq = :seq, refusal = :refusal, refusal_detail = :detail,
        refusal_rule = :rule
    WHERE act_id = :act_id AND state = 'pending'
)
DELETE FROM intake.pending_supplements WHERE act_id = :act_id
""")


@dataclass(frozen=True)
class Pending:
    """What is needed to carry it to its case."""

    act_id: str
    case_no: str
    step: str
    handed_in_at: datetime


async def pending_of(connection: AsyncConnection, case_no: str) -> list[Pending]:
    query = _PENDING.where(SupplementRow.case_no == case_no, SupplementRow.state == SupplementState.PENDING)
    return [Pending(*row) for row in await connection.execute(query)]


async def claim(connection: AsyncConnection, limit: int) -> list[Pending]:
    """Those due to be tried."""
    act_ids = await claim_due(connection, PendingSupplement, PendingSupplement.act_id, limit)
    if not act_ids:
        return []
    rows = await connection.execute(_PENDING.where(SupplementRow.act_id.in_(act_ids)))
    return [Pending(*row) for row in rows]


async def apply(connection: AsyncConnection, act_id: str, seq: int) -> None:
    """The case has taken it, by that event: from now on it is seen."""
    await _settle(connection, act_id, state=SupplementState.APPLIED, seq=seq)


async def refuse(connection: AsyncConnection, act_id: str, refused: Refused) -> None:
    await _settle(
        connection,
        act_id,
        state=SupplementState.REFUSED,
        refusal=refused.slug,
        detail=refused.detail,
        rule=refused.rule,
    )


async def _settle(connection: AsyncConnection, act_id: str, **values: Any) -> None:
    empty = {"seq": None, "refusal": None, "detail": None, "rule": None}
    await connection.execute(_SETTLE, {"act_id": act_id, **empty, **values})
