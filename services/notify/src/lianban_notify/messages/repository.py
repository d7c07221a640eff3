"""Statements on messages and letters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import and_, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from lianban_notify.messages.tables import Letter, LetterState, Message

HOLD: Final = timedelta(seconds=60)
"""Longer than any sender may take."""


async def store(session: AsyncSession, key: str, case_no: str, kind: str) -> bool:
    """False when the message is known already."""
    statement = insert(Message).values(key=key, case_no=case_no, kind=kind).on_conflict_do_nothing()
    return await session.scalar(statement.returning(Message.key)) is not None


async def is_done(session: AsyncSession, key: str) -> bool:
    return await session.scalar(select(Message.done_at).where(Message.key == key)) is not None


async def mark_done(session: AsyncSession, key: str) -> None:
    await session.execute(update(Message).where(Message.key == key).values(done_at=func.now()))


async def hold(session: AsyncSession, key: str, channel: str, message_key: str) -> LetterState | None:
    """Takes a letter to send it: SENDING when it is the caller's now, SENT or REJECTED when there is nothing left to
    do, None while somebody else is sending it."""
    statement = insert(Letter).values(
        key=key,
        channel=channel,
        message_key=message_key,
        state=LetterState.SENDING.value,
        held_until=func.now() + HOLD,
    )
    taken = statement.on_conflict_do_update(
        index_elements=[Letter.key, Letter.channel],
        set_={"held_until": func.now() + HOLD, "attempts": Letter.attempts + 1},
        where=and_(Letter.state == LetterState.SENDING.value, Letter.held_until <= func.now()),
    ).returning(Letter.state)
    if await session.scalar(taken) is not None:
        return LetterState.SENDING
    state = await session.scalar(select(Letter.state).where(_is(key, channel)))
    return None if state == LetterState.SENDING else LetterState(str(state))


async def let_go(session: AsyncSession, key: str, channel: str) -> None:
    """Sending failed for now: the next attempt need not wait."""
    await session.execute(update(Letter).where(_is(key, channel)).values(held_until=func.now()))


async def mark_sent(session: AsyncSession, key: str, channel: str, reference: str) -> None:
    values = {"state": LetterState.SENT.value, "sent_at": func.now(), "reference": reference[:200]}
    await session.execute(update(Letter).where(_is(key, channel)).values(values))


async def mark_rejected(session: AsyncSession, key: str, channel: str, reason: str) -> None:
    values = {"state": LetterState.REJECTED.value, "reason": reason[:200]}
    await session.execute(update(Letter).where(_is(key, channel)).values(values))


def _is(key: str, channel: str) -> Any:
    return and_(Letter.key == key, Letter.channel == channel)
