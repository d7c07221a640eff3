"""What messages need of the world outside: somebody who sends an SMS, somebody who sends a mail.

Senders raise :class:`~lianban_notify.outward.Rejected` or :class:`~lianban_notify.outward.Unavailable`, whose texts
never quote a recipient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Sms:
    """``key`` lets the gateway discard a repetition."""

    key: str
    to: str = field(repr=False)
    text: str


@dataclass(frozen=True)
class Attachment:
    """A PDF."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Mail:
    """``key`` becomes the Message-ID, by which a receiver discards a repetition."""

    key: str
    to: str = field(repr=False)
    subject: str
    body: str
    attachments: tuple[Attachment, ...] = ()


class SmsSender(Protocol):
    async def send(self, sms: Sms) -> str:
        """Reference of the gateway."""


class MailSender(Protocol):
    async def send(self, mail: Mail) -> str:
        """The Message-ID."""

    def close(self) -> None:
        """No more mails."""


@dataclass(frozen=True)
class Reader:
    """Somebody a message goes to, by every channel known. ``role`` is ``applicant``, ``duty`` or ``supervisor``."""

    role: str
    mobile: str | None = field(repr=False)
    email: str | None = field(repr=False)


Readers = Sequence[Reader]
