"""Statements on messages and letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import Update, and_, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from lianban_notify.database import SCHEMA
from lianban_notify.messages.tables import Letter, LetterState, Message

HOLD: Final = timedelta(seconds=60)
"""Longer than any sender may take."""


class LetterId(NamedTuple):
    key: str
    channel: str


# Tables, not mapped classes: these statements run several times a message, and mapping costs as much as they do.
_messages: Final = Message.metadata.tables[f"{SCHEMA}.{Message.__tablename__}"]
_letters: Final = Letter.metadata.tables[f"{SCHEMA}.{Letter.__tablename__}"]


async def store(session: AsyncSession, key: str, case_no: str, kind: str) -> bool:
    """False when the message is known already."""
    statement = insert(_messages).values(key=key, case_no=case_no, kind=kind).on_conflict_do_nothing()
    return await session.scalar(statement.returning(_messages.c.key)) is not None


async def is_done(session: AsyncSession, key: str) -> bool:
    return await session.scalar(select(_messages.c.done_at).where(_messages.c.key == key)) is not None


async def mark_done(session: AsyncSession, key: str) -> None:
    await session.execute(update(_messages).where(_messages.c.key == key).values(done_at=func.now()))


async def hold(session: AsyncSession, message_key: str, letters: Sequence[LetterId]) -> dict[LetterId, LetterState]:
    """Takes letters to send them. SENDING are the caller's now, SENT and REJECTED leave nothing to do; those that are
    missing somebody else is sending."""
    values = [
        {
            "key": letter.key,
            "channel": letter.channel,
            "message_key": message_key,
            "state": LetterState.SENDING.value,
            "held_until": func.now() + HOLD,
        }
        for letter in letters
    ]
    statement = insert(_letters).values(values)
    taking = statement.on_conflict_do_update(
        index_elements=[_letters.c.key, _letters.c.channel],
        set_={"held_until": func.now() + HOLD, "attempts": _letters.c.attempts + 1},
        where=and_(_letters.c.state == LetterState.SENDING.value, _letters.c.held_until <= func.now()),
    ).returning(_letters.c.key, _letters.c.channel)
    taken = {LetterId(*row): LetterState.SENDING for row in await session.execute(taking)}
    if len(taken) == len(letters):
        return taken
    ended = select(_letters.c.key, _letters.c.channel, _letters.c.state).where(
        _letters.c.message_key == message_key, _letters.c.state != LetterState.SENDING.value
    )
    return taken | {LetterId(key, channel): LetterState(state) for key, channel, state in await session.execute(ended)}


async def let_go(session: AsyncSession, letter: LetterId) -> None:
    """Sending failed for now: the next attempt need not wait."""
    await session.execute(_change(letter).values(held_until=func.now()))


async def mark_sent(session: AsyncSession, letter: LetterId, reference: str) -> None:
    values = {"state": LetterState.SENT.value, "sent_at": func.now(), "reference": reference[:200]}
    await session.execute(_change(letter).values(values))


async def mark_rejected(session: AsyncSession, letter: LetterId, reason: str) -> None:
    await session.execute(_change(letter).values(state=LetterState.REJECTED.value, reason=reason[:200]))


def _change(letter: LetterId) -> Update:
    return update(_letters).where(_letters.c.key == letter.key, _letters.c.channel == letter.channel)
