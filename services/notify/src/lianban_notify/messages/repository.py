"""Statements on messages and letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import String, and_, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban.contracts.orders import MessageOrder
from lianban.platform.relay import enqueue_values, enqueued
from lianban_notify.database import SCHEMA, Relay
from lianban_notify.messages.tables import Letter, LetterState, Message

HOLD: Final = timedelta(seconds=60)
"""Longer than any sender may take."""


class LetterId(NamedTuple):
    key: str
    channel: str


# Tables, not mapped classes: these statements run several times a message, and mapping costs as much as they do.
_messages: Final = Message.metadata.tables[f"{SCHEMA}.{Message.__tablename__}"]
_letters: Final = Letter.metadata.tables[f"{SCHEMA}.{Letter.__tablename__}"]


# On the path of every message; built once, because building a statement costs more than running it.
_NEW: Final = (
    insert(_messages)
    .values({name: bindparam(f"new_{name}", type_=String) for name in ("key", "case_no", "kind")})
    .on_conflict_do_nothing()
    .returning(_messages.c.key)
    .cte("stored")
)
_STORE: Final = select(_NEW.c.key).add_cte(enqueued(_NEW, Relay))
_DONE_AT: Final = select(_messages.c.done_at).where(_messages.c.key == bindparam("of_key"))
_MARK_DONE: Final = update(_messages).where(_messages.c.key == bindparam("of_key")).values(done_at=func.now())
_HOLD: Final = (
    insert(_letters)
    .from_select(
        ["key", "channel", "message_key", "state", "held_until"],
        select(
            func.unnest(bindparam("keys", type_=ARRAY(String))),
            func.unnest(bindparam("channels", type_=ARRAY(String))),
            bindparam("of_message", type_=String),
            literal(LetterState.SENDING.value),
            func.now() + HOLD,
        ),
    )
    .on_conflict_do_update(
        index_elements=[_letters.c.key, _letters.c.channel],
        set_={"held_until": func.now() + HOLD, "attempts": _letters.c.attempts + 1},
        where=and_(_letters.c.state == LetterState.SENDING.value, _letters.c.held_until <= func.now()),
    )
    .returning(_letters.c.key, _letters.c.channel)
)
_ENDED: Final = select(_letters.c.key, _letters.c.channel, _letters.c.state).where(
    _letters.c.message_key == bindparam("of_message"), _letters.c.state != LetterState.SENDING.value
)
_LETTER: Final = update(_letters).where(
    _letters.c.key == bindparam("of_key"), _letters.c.channel == bindparam("of_channel")
)
_LET_GO: Final = _LETTER.values(held_until=func.now())
_MARK_SENT: Final = _LETTER.values(
    state=LetterState.SENT.value, sent_at=func.now(), reference=bindparam("new_reference")
)
_MARK_REJECTED: Final = _LETTER.values(state=LetterState.REJECTED.value, reason=bindparam("new_reason"))


async def store(connection: AsyncConnection, order: MessageOrder) -> bool:
    """The message and its events. False when it is known already."""
    values = {"new_key": order.key, "new_case_no": order.case_no, "new_kind": order.kind.value}
    return await connection.scalar(_STORE, values | enqueue_values(order.case_no, order.events)) is not None


async def is_done(connection: AsyncConnection, key: str) -> bool:
    return await connection.scalar(_DONE_AT, {"of_key": key}) is not None


async def mark_done(connection: AsyncConnection, key: str) -> None:
    await connection.execute(_MARK_DONE, {"of_key": key})


async def hold(
    connection: AsyncConnection, message_key: str, letters: Sequence[LetterId]
) -> dict[LetterId, LetterState]:
    """Takes letters to send them. SENDING are the caller's now, SENT and REJECTED leave nothing to do; those that are
    missing somebody else is sending."""
    values = {
        "keys": [letter.key for letter in letters],
        "channels": [letter.channel for letter in letters],
        "of_message": message_key,
    }
    taken = {LetterId(*row): LetterState.SENDING for row in await connection.execute(_HOLD, values)}
    if len(taken) == len(letters):
        return taken
    ended = await connection.execute(_ENDED, {"of_message": message_key})
    return taken | {LetterId(key, channel): LetterState(state) for key, channel, state in ended}


async def let_go(connection: AsyncConnection, letter: LetterId) -> None:
    """Sending failed for now: the next attempt need not wait."""
    await connection.execute(_LET_GO, _named(letter))


async def mark_sent(connection: AsyncConnection, letter: LetterId, reference: str) -> None:
    await connection.execute(_MARK_SENT, {**_named(letter), "new_reference": reference[:200]})


async def mark_rejected(connection: AsyncConnection, letter: LetterId, reason: str) -> None:
    await connection.execute(_MARK_REJECTED, {**_named(letter), "new_reason": reason[:200]})


def _named(letter: LetterId) -> dict[str, str]:
    return {"of_key": letter.key, "of_channel": letter.channel}
