"""The SMTP side: takes every mail, keeps the newest."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from lianban_sandbox.records import Records

_LIMIT: Final = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Mail:
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str | None
    message_id: str
    attachments: tuple[str, ...]
    received_at: datetime


class Catcher:
    """aiosmtpd handler. ``down`` answers with a temporary fault, as a full mailbox host does."""

    def __init__(self, capacity: int) -> None:
        self.mails: Records[Mail] = Records(capacity)
        self.down = False
        self._numbers = itertools.count(1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.down:
            return "451 4.3.0 try again later"
        assert isinstance(envelope.content, bytes)
        self.mails.add(str(next(self._numbers)), _parse(envelope.content, envelope))
        return "250 2.0.0 kept"


@contextlib.asynccontextmanager
async def catching(catcher: Catcher, bound: socket.socket) -> AsyncIterator[None]:
    """Serves SMTP on ``bound`` for the length of the block."""
    loop = asyncio.get_running_loop()
    sessions: list[SMTP] = []

    def session() -> SMTP:
        protocol = SMTP(
            catcher,
            data_size_limit=_LIMIT,
            enable_SMTPUTF8=True,
            hostname="sandbox.invalid",
            ident="sandbox",
            loop=loop,
        )
        sessions[:] = [one for one in sessions if one.transport is not None] + [protocol]
        return protocol

    server = await loop.create_server(session, sock=bound)
    try:
        yield
    finally:
        server.close()
        for one in sessions:
            if one.transport is not None:
                one.transport.close()
        await server.wait_closed()


def _parse(content: bytes, envelope: Envelope) -> Mail:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return Mail(
        sender=envelope.mail_from or "",
        recipients=tuple(envelope.rcpt_tos),
        subject=str(message.get("subject", "")),
        text=_body(message, "plain") or "",
        html=_body(message, "html"),
        message_id=str(message.get("message-id", "")),
        attachments=tuple(part.get_filename() or "" for part in message.iter_attachments()),
        received_at=datetime.now(UTC),
    )


def _body(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    return None if part is None else str(part.get_content()).replace("\r\n", "\n")
