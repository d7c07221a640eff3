"""The sandbox's own HTTP client, against servers that behave and servers that do not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
import uvloop

from lianban_sandbox.poster import Answer, Poster, Unreached

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
HEADERS = {"content-type": "application/json", "webhook-id": "1"}


class Scripted:
    """Answers requests with ``answers`` in turn, the last again and again. Empty: ends the connection."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.requests: list[bytes] = []
        self.connections = 0
        self.handlers: list[asyncio.Task[Any] | None] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.handlers.append(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if not answer:
                    break
                for half in (answer[: len(answer) // 2], answer[len(answer) // 2 :]):
                    writer.write(half)
                    await writer.drain()
                    await asyncio.sleep(0)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def scripted(*answers: bytes) -> AsyncIterator[Scripted]:
    made = Scripted(*answers)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/acts?x=1"
    try:
        yield made
    finally:
        server.close()
        await asyncio.gather(*(handler for handler in made.handlers if handler))
        await server.wait_closed()


async def one_connection_for_all() -> None:
    async with scripted(OK) as server, Poster() as poster:
        for _ in range(3):
            assert await poster.post(server.url, HEADERS, "正文".encode()) == Answer(200, b"ok")
        assert server.connections == 1
        assert server.requests[0].startswith(b"POST /v1/acts?x=1 HTTP/1.1\r\nhost: 127.0.0.1:")
        assert server.requests[0].endswith(b"webhook-id: 1\r\ncontent-length: 6\r\n\r\n" + "正文".encode())


async def at_once_over_as_many_connections() -> None:
    async with scripted(OK) as server, Poster() as poster:
        answers = await asyncio.gather(*(poster.post(server.url, HEADERS, b"{}") for _ in range(5)))
        assert answers == [Answer(200, b"ok")] * 5
        assert server.connections == 5


@pytest.mark.parametrize("scenario", [one_connection_for_all, at_once_over_as_many_connections])
@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
async def test_connections_are_kept(
    scenario: Callable[[], Coroutine[Any, Any, None]], run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    await asyncio.to_thread(lambda: run(scenario()))


async def test_answers_in_chunks_and_faults_are_answers_too() -> None:
    chunked = b'HTTP/1.1 409 Conflict\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{"t\r\n3\r\n":1\r\n1\r\n}\r\n0\r\n\r\n'
    async with scripted(chunked, OK) as server, Poster() as poster:
        assert await poster.post(server.url, HEADERS, b"{}") == Answer(409, b'{"t":1}')
        assert (await poster.post(server.url, HEADERS, b"{}")).status == 200
        assert server.connections == 1


async def test_a_connection_the_peer_ends_is_not_used_again() -> None:
    closing = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    async with scripted(closing, OK) as server, Poster() as poster:
        for _ in range(2):
            assert (await poster.post(server.url, HEADERS, b"{}")).status == 200
        assert server.connections == 2


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok", b"no HTTP at all\r\n\r\n"])
async def test_no_whole_answer_is_none(answer: bytes) -> None:
    async with scripted(answer, OK) as server, Poster(timeout=0.3) as poster:
        with pytest.raises(Unreached):
            await poster.post(server.url, HEADERS, b"{}")
        # What was left of the first exchange does not answer the second.
        assert await poster.post(server.url, HEADERS, b"{}") == Answer(200, b"ok")
        assert server.connections == 2


async def test_nobody_there() -> None:
    async with scripted(OK) as server:
        address = server.url
    async with Poster() as poster:
        with pytest.raises(Unreached):
            await poster.post(address, HEADERS, b"{}")
