"""Workers are hosted: built when Temporal is there, built anew when one breaks, never twice at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, cast

from temporalio.client import Client
from temporalio.worker import Worker

from lianban.platform.temporal import host_workers


class Hand:
    """A worker as far as its host can see."""

    def __init__(self, running: set[Hand]) -> None:
        self._running = running
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        self._running.add(self)
        try:
            await asyncio.shield(self._end)
        finally:
            await asyncio.sleep(0)  # activities end
            self._running.discard(self)

    async def shutdown(self) -> None:
        if not self._end.done():
            self._end.set_result(None)
        while self in self._running:
            await asyncio.sleep(0)

    def fail(self) -> None:
        self._end.set_exception(RuntimeError("namespace is gone"))


class House:
    """What :func:`host_workers` is given: counts attempts to connect, keeps every set of workers it was asked for."""

    def __init__(self, unreachable: int = 0) -> None:
        self.unreachable = unreachable
        self.running: set[Hand] = set()
        self.built: list[list[Hand]] = []
        self.left_over: list[int] = []

    async def open_client(self) -> Client:
        if self.unreachable:
            self.unreachable -= 1
            raise RuntimeError("connection refused")
        return cast(Client, None)

    def build(self, client: Client) -> Sequence[Worker]:
        self.left_over.append(len(self.running))
        self.built.append([Hand(self.running) for _ in range(3)])
        return cast(Any, self.built[-1])

    @contextlib.asynccontextmanager
    async def hosting(self) -> Any:
        task = asyncio.create_task(host_workers(self.open_client, self.build, pause=0))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def complete(self, times: int) -> None:
        while len(self.built) < times or self.running != set(self.built[-1]):
            await asyncio.sleep(0)


async def test_when_one_breaks_its_siblings_are_stopped_before_all_are_built_anew() -> None:
    house = House()
    async with house.hosting():
        await house.complete(1)
        house.built[0][1].fail()
        await house.complete(2)
        assert house.left_over == [0, 0]
        assert house.running == set(house.built[1])
    assert not house.running, "stopped with their host"


async def test_workers_wait_for_temporal() -> None:
    house = House(unreachable=3)
    async with house.hosting():
        await house.complete(1)
    assert len(house.built) == 1
