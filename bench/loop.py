"""A closed loop: so many cases at once, each followed by the next when it has ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    cases: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.cases / self.seconds


async def closed_loop(run_case: Callable[[int], Awaitable[None]], cases: int, at_once: int) -> Rate:
    """Runs cases 0 .. ``cases`` - 1, at most ``at_once`` under way; the first failure ends the loop."""
    numbers = iter(range(cases))

    async def lane() -> None:
        for number in numbers:
            await run_case(number)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as lanes:
        for _ in range(at_once):
            lanes.create_task(lane())
    return Rate(cases, time.perf_counter() - started)
