"""Connections to the mail server, kept for the next mail: greeting, EHLO, STARTTLS and login once for many mails."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Literal

import aiosmtplib

TIMEOUT: Final = 10.0  # seconds, of each command
_KEPT: Final = 5  # at rest; under load there are as many as mails at once
_REST: Final = 30.0  # seconds at rest after which a connection is given up: servers close them after a few minutes


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    username: str | None = None
    password: str | None = None


class SmtpConnections:
    def __init__(self, server: Server) -> None:
        self._server = server
        self._resting: list[tuple[float, aiosmtplib.SMTP]] = []

    @asynccontextmanager
    async def one(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """A connection with no mail under way. Given up, not kept, when something goes wrong with the mail."""
        client = await self._rested() or await self._opened()
        try:
            yield client
        except BaseException:
            client.close()
            raise
        self._resting.append((time.monotonic(), client))
        while len(self._resting) > _KEPT:
            self._resting.pop(0)[1].close()

    def close(self) -> None:
        while self._resting:
            self._resting.pop()[1].close()

    async def _rested(self) -> aiosmtplib.SMTP | None:
        """The one that rests shortest, if the server still knows it."""
        while self._resting:
            since, client = self._resting.pop()
            if time.monotonic() - since < _REST and client.is_connected:
                try:
                    await client.rset()
                except (aiosmtplib.SMTPException, OSError):
                    pass
                except BaseException:  # cancelled: nobody else knows this connection any more
                    client.close()
                    raise
                else:
                    return client
            client.close()
        return None

    async def _opened(self) -> aiosmtplib.SMTP:
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            timeout=TIMEOUT,
        )
        try:
            await client.connect()
        except BaseException:
            client.close()
            raise
        return client
