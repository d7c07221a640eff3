"""Posts over HTTP/1.1 with keep-alive, and nothing else: a small part of a general client's processor time.

A benchmark has the whole outside world on the machine it measures, and each step of each case comes back as a
callback: what the sandbox spends on one is taken from the platform. Parsing is httptools', as in the servers.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from types import TracebackType
from typing import NamedTuple, Self, cast
from urllib.parse import urlsplit

import httptools

_Peer = tuple[str, int, bool]


class Answer(NamedTuple):
    status: int
    body: bytes


class Unreached(ConnectionError):
    """No answer, or none in time: whether the message arrived is not known."""


class Poster:
    """``timeout`` (seconds) is for one post, connecting included. Idle connections stay until the peer ends them."""

    def __init__(self, timeout: float = 20.0) -> None:
        self._timeout = timeout
        self._idle: defaultdict[_Peer, list[_Connection]] = defaultdict(list)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()
        await asyncio.sleep(0)  # transports end with the loop's next turn

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Raises :class:`Unreached`."""
        peer, head = _target(url)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        request = f"{head}{lines}content-length: {len(body)}\r\n\r\n".encode() + body
        connection: _Connection | None = None
        try:
            async with asyncio.timeout(self._timeout):
                connection = self._take(peer) or await _connect(peer)
                return await connection.exchange(request)
        except (OSError, TimeoutError, httptools.HttpParserError) as error:
            raise Unreached(type(error).__name__) from None
        finally:
            # After an exchange that was cut off, the next answer on the connection would be the wrong one.
            if connection is not None and connection.reusable:
                self._idle[peer].append(connection)
            elif connection is not None:
                connection.close()

    def _take(self, peer: _Peer) -> _Connection | None:
        idle = self._idle[peer]
        while idle:
            connection = idle.pop()
            if connection.reusable:
                return connection
        return None


class _Connection(asyncio.Protocol):
    """One exchange at a time. Also what httptools calls back."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._waiting: asyncio.Future[Answer] | None = None
        self._body = b""
        self.reusable = False
        """Whole, open, and with no exchange under way."""

    async def exchange(self, request: bytes) -> Answer:
        assert self._transport is not None
        self.reusable = False
        self._body = b""
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclass of it

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(error)
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.reusable = False
        self._fail(exc or ConnectionResetError())

    def on_body(self, part: bytes) -> None:
        self._body += part

    def on_message_complete(self) -> None:
        if self._waiting is None or self._waiting.done():
            self.close()  # an answer nobody asked for
            return
        self.reusable = self._parser.should_keep_alive()
        self._waiting.set_result(Answer(self._parser.get_status_code(), self._body))

    def _fail(self, error: Exception) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)


async def _connect(peer: _Peer) -> _Connection:
    host, port, secure = peer
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(_Connection, host, port, ssl=secure or None)
    return connection


@lru_cache(maxsize=1024)
def _target(url: str) -> tuple[_Peer, str]:
    """Whom to connect to, and the beginning of the request."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = f"POST {path} HTTP/1.1\r\nhost: {parts.netloc}\r\n"
    return (parts.hostname or "", parts.port or (443 if secure else 80), secure), head
