"""A task on its way to a worker arrives, though the server's answer takes seconds: what is lost on the way is known to
the server as begun, and nobody does it until its time is up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from temporalio import activity
from temporalio.client import Client

from lianban.platform.crypto import Keyring
from lianban.platform.temporal import connect, make_worker

BURST = 50
ON_THE_WAY = 4.0  # seconds an answer takes
WAITED = 8.0  # seconds after a burst, by which a poll given up after eleven would just miss that answer


class Slow:
    """Brings what the server says ``seconds`` later, and what the client says at once."""

    def __init__(self, address: str) -> None:
        self.seconds = 0.0
        self._host, _, port = address.rpartition(":")
        self._port = int(port)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        connections: list[asyncio.Task[None]] = []

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connections.append(asyncio.create_task(self._connected(reader, writer)))

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        try:
            yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            for connection in connections:
                connection.cancel()
            await asyncio.gather(*connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(self._host, self._port)
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._carry(reader, to_server, slow=False))
                ways.create_task(self._carry(from_server, writer, slow=True))
        finally:
            for end in (to_server, writer):
                end.close()
            await asyncio.gather(to_server.wait_closed(), writer.wait_closed(), return_exceptions=True)

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, slow: bool) -> None:
        loop, at = asyncio.get_running_loop(), 0.0
        while data := await source.read(65536):
            at = max(at + 1e-6, loop.time() + (self.seconds if slow else 0.0))  # nothing overtakes what came before it
            loop.call_at(at, sink.write, data)


@activity.defn
async def attempt() -> int:
    return activity.info().attempt


@pytest.mark.timeout(90)
async def test_a_task_that_comes_late_in_a_poll_is_not_lost(temporal_server: str, test_keyring: Keyring) -> None:
    slow = Slow(temporal_server)
    direct = await connect(temporal_server, "default", test_keyring)
    async with slow.listening() as address:
        far = await connect(address, "default", test_keyring)
        async with make_worker(far, "far", activities=[attempt]):
            assert await asyncio.gather(*(ask(direct, number) for number in range(BURST))) == [1] * BURST
            await asyncio.sleep(WAITED)
            slow.seconds = ON_THE_WAY
            asked = asyncio.create_task(ask(direct, BURST))
            await asyncio.sleep(ON_THE_WAY + 1)
            slow.seconds = 0.0
            assert await asked == 1


async def ask(client: Client, number: int) -> int:
    return await client.execute_activity(
        attempt, id=f"ask-{number}", task_queue="far", start_to_close_timeout=timedelta(seconds=20)
    )
