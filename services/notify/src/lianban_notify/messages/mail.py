"""Ways to send a mail."""

from __future__ import annotations

import hashlib
import logging
import re
from contextlib import AbstractAsyncContextManager
from email.header import Header
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formataddr, formatdate
from typing import Final, Protocol

import aiosmtplib

from lianban_notify.messages.ports import Mail
from lianban_notify.outward import Rejected, Unavailable

_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")  # ASCII: few servers take more
_PERMANENT: Final = range(500, 600)
_OURS_TO_MEND: Final = frozenset({530, 534, 535, 538})  # credentials

_log = logging.getLogger(__name__)


class Connection(Protocol):
    async def send_message(self, message: Message, /) -> object:
        """Raises :class:`aiosmtplib.SMTPException` or :class:`OSError`."""


class Connections(Protocol):
    def one(self) -> AbstractAsyncContextManager[Connection]:
        """A connection with no mail under way."""

    def close(self) -> None: ...


class SmtpMail:
    """A mail server (RFC 5321)."""

    def __init__(self, connections: Connections, sender: str, organisation: str) -> None:
        self._connections = connections
        self._sender = sender
        self._organisation = organisation

    async def send(self, mail: Mail) -> str:
        message = self._compose(mail)
        try:
            async with self._connections.one() as client:
                await client.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal(max(refused.code for refused in error.recipients)) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error.code) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable(f"mail server not reached: {type(error).__name__}") from None
        return str(message["Message-ID"])

    def close(self) -> None:
        self._connections.close()

    def _compose(self, mail: Mail) -> Message:
        """The older of the library's two ways to write a mail: the newer one parses what it has just written, and
        takes ten times as long."""
        if not _ADDRESS.fullmatch(mail.to):
            raise Rejected("not a mail address")
        message = _content(mail)
        message["From"] = formataddr((self._organisation, self._sender))
        message["To"] = mail.to
        message["Subject"] = Header(mail.subject, "utf-8", header_name="Subject").encode()
        message["Date"] = formatdate()
        message["Message-ID"] = self._message_id(mail.key)
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's robot need answer
        return message

    def _message_id(self, key: str) -> str:
        return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{self._sender.partition('@')[2]}>"


def _content(mail: Mail) -> MIMEText | MIMEMultipart:
    text = MIMEText(mail.body, "plain", "utf-8")
    if not mail.attachments:
        return text
    whole = MIMEMultipart()
    whole.attach(text)
    for attachment in mail.attachments:
        part = MIMEApplication(attachment.content, "pdf")
        part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", attachment.name))  # RFC 2231
        whole.attach(part)
    return whole


class ConsoleMail:
    """Writes a log line; for machines without a mail server."""

    async def send(self, mail: Mail) -> str:
        _log.info("mail", extra={"key": mail.key, "subject": mail.subject})
        return "console"

    def close(self) -> None:
        """Nothing is open."""


class RecordingMail:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    async def send(self, mail: Mail) -> str:
        self.sent.append(mail)
        return f"recording-{len(self.sent)}"

    def close(self) -> None:
        """Nothing is open."""


def _refusal(code: int) -> Rejected | Unavailable:
    reason = f"mail server answered {code}"
    return Rejected(reason) if code in _PERMANENT and code not in _OURS_TO_MEND else Unavailable(reason)
