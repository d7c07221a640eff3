"""Ways to send a mail."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final, Literal

import aiosmtplib

from lianban_notify.messages.ports import Mail
from lianban_notify.outward import Rejected, Unavailable

_TIMEOUT: Final = 10.0  # seconds, of each command
_PERMANENT: Final = range(500, 600)
_OURS_TO_MEND: Final = frozenset({530, 534, 535, 538})  # credentials

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    username: str | None = None
    password: str | None = None


class SmtpMail:
    """A mail server (RFC 5321)."""

    def __init__(self, server: Server, sender: str, organisation: str) -> None:
        self._server = server
        self._sender = sender
        self._organisation = organisation

    async def send(self, mail: Mail) -> str:
        message = self._compose(mail)
        server = self._server
        try:
            await aiosmtplib.send(
                message,
                hostname=server.host,
                port=server.port,
                username=server.username,
                password=server.password,
                use_tls=server.security == "tls",
                start_tls=server.security == "starttls",
                timeout=_TIMEOUT,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal(max(refused.code for refused in error.recipients)) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error.code) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable(f"mail server not reached: {type(error).__name__}") from None
        return str(message["Message-ID"])

    def _compose(self, mail: Mail) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(self._organisation, addr_spec=self._sender)
        try:
            message["To"] = Address(addr_spec=mail.to)
        except (ValueError, IndexError, MessageError):  # whatever the library's parser stumbles over
            raise Rejected("not a mail address") from None
        if not mail.to.isascii():
            raise Rejected("mail address beyond ASCII")  # few servers take SMTPUTF8 (RFC 6531)
        message["Subject"] = mail.subject
        message["Message-ID"] = self._message_id(mail.key)
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's robot need answer
        message.set_content(mail.body)
        return message

    def _message_id(self, key: str) -> str:
        return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{self._sender.partition('@')[2]}>"


class ConsoleMail:
    """Writes a log line; for machines without a mail server."""

    async def send(self, mail: Mail) -> str:
        _log.info("mail", extra={"key": mail.key, "subject": mail.subject})
        return "console"


class RecordingMail:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    async def send(self, mail: Mail) -> str:
        self.sent.append(mail)
        return f"recording-{len(self.sent)}"


def _refusal(code: int) -> Rejected | Unavailable:
    reason = f"mail server answered {code}"
    return Rejected(reason) if code in _PERMANENT and code not in _OURS_TO_MEND else Unavailable(reason)
