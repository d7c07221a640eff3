"""A closed loop: so many cases at once, each followed by the next when it has ended."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    cases: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.cases / self.seconds


async def closed_loop(run_case: Callable[[str], Awaitable[None]], cases: int, at_once: int) -> Rate:
    """Runs ``cases`` cases under names of their own, at most ``at_once`` at a time; the first failure ends the loop."""
    numbers = iter(range(cases))

    async def lane() -> None:
        for _ in numbers:
            await run_case(uuid.uuid4().hex)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as lanes:
        for _ in range(at_once):
            lanes.create_task(lane())
    return Rate(cases, time.perf_counter() - started)
