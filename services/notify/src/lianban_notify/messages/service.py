"""Sends a message: stored with its events first, then each letter on its own, each at most once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lianban.contracts.orders import MessageOrder
from lianban.platform.database import Database
from lianban.platform.relay import EventRelay
from lianban_notify.messages import repository
from lianban_notify.messages.enclosures import Enclosure, Enclosures
from lianban_notify.messages.ports import Mail, MailSender, Reader, Sms, SmsSender
from lianban_notify.messages.readers import ReaderBook
from lianban_notify.messages.repository import LetterId
from lianban_notify.messages.tables import LetterState
from lianban_notify.messages.texts import Facts, Text, Texts
from lianban_notify.outward import Rejected, Unavailable

SMS: Final = "sms"
MAIL: Final = "mail"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Letter:
    id: LetterId
    send: Callable[[], Awaitable[str]]


class Messages:
    def __init__(
        self,
        database: Database,
        relay: EventRelay,
        readers: ReaderBook,
        enclosures: Enclosures,
        texts: Texts,
        sms: SmsSender,
        mail: MailSender,
    ) -> None:
        self._database = database
        self._relay = relay
        self._readers = readers
        self._enclosures = enclosures
        self._texts = texts
        self._sms = sms
        self._mail = mail

    async def send(self, order: MessageOrder, facts: Facts, events: Sequence[int] = ()) -> None:
        """Returns when every letter was sent or refused for good. Raises :class:`Unavailable` when one was not:
        call again then, with the same order; what was sent is not sent again.

        ``events``: seqs of events, beside the one the order is about, whose official documents go with it."""
        if not await self._store(order) and await self._is_done(order.key):
            return
        enclosures = await self._enclosures.of(order, events)
        text = self._texts.of(order.kind, replace(facts, documents=tuple(item.written for item in enclosures)))
        letters = [
            letter
            for reader in await self._readers.of(order)
            for letter in self._letters(order.key, reader, text, enclosures)
        ]
        if letters:
            await self._dispatch(order.key, letters)
        async with self._database.connection() as connection:
            await repository.mark_done(connection, order.key)

    def _letters(self, message_key: str, reader: Reader, text: Text, enclosures: Sequence[Enclosure]) -> list[_Letter]:
        key = message_key if reader.role == "applicant" else f"{message_key}:{reader.role}"
        letters = []
        if reader.mobile:
            sms = Sms(key, reader.mobile, text.sms)
            letters.append(_Letter(LetterId(key, SMS), lambda: self._sms.send(sms)))
        if reader.email:
            mail = Mail(key, reader.email, text.subject, text.body)
            letters.append(_Letter(LetterId(key, MAIL), lambda: self._send_mail(mail, enclosures)))
        if not letters:
            _log.warning("no way to reach a reader", extra={"message_key": message_key, "role": reader.role})
        return letters

    async def _send_mail(self, mail: Mail, enclosures: Sequence[Enclosure]) -> str:
        """Files are fetched when the mail is about to leave: who has no address needs none."""
        return await self._mail.send(replace(mail, attachments=await self._enclosures.attached(enclosures)))

    async def _dispatch(self, message_key: str, letters: list[_Letter]) -> None:
        async with self._database.connection() as connection:
            states = await repository.hold(connection, message_key, [letter.id for letter in letters])
        ours = [letter for letter in letters if states.get(letter.id) is LetterState.SENDING]
        outcomes = await asyncio.gather(*(self._send(letter) for letter in ours), return_exceptions=True)
        failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        if failures:
            raise next((failure for failure in failures if not isinstance(failure, Unavailable)), failures[0])
        if any(letter.id not in states for letter in letters):
            raise Unavailable("another attempt is still sending")

    async def _send(self, letter: _Letter) -> None:
        try:
            reference = await letter.send()
        except Rejected as rejected:
            _log.warning("letter refused", extra={**letter.id._asdict(), "reason": str(rejected)})
            async with self._database.connection() as connection:
                await repository.mark_rejected(connection, letter.id, str(rejected))
        except BaseException:
            await asyncio.shield(self._let_go(letter))
            raise
        else:
            # Between sending and this line lies the one window in which a crash makes a repetition; the key that
            # went along lets the receiver discard it.
            async with self._database.connection() as connection:
                await repository.mark_sent(connection, letter.id, reference)

    async def _store(self, order: MessageOrder) -> bool:
        async with self._database.connection() as connection:
            stored = await repository.store(connection, order)
        if stored and order.events:
            self._relay.wake()
        return stored

    async def _is_done(self, key: str) -> bool:
        async with self._database.connection() as connection:
            return await repository.is_done(connection, key)

    async def _let_go(self, letter: _Letter) -> None:
        async with self._database.connection() as connection:
            await repository.let_go(connection, letter.id)
