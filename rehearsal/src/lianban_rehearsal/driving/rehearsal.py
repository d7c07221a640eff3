"""All runs of a scenario, several at a time, on a server of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import uvloop
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from lianban_rehearsal.driving.case import RehearsedCase, Scenario
from lianban_rehearsal.driving.hosting import Departments, hosted, open_client
from lianban_rehearsal.driving.server import temporal_server
from lianban_rehearsal.records import RunRecord

AT_ONCE: Final = 8
"""Cases under way at a time: enough to keep two processors busy. Which is first matters to none."""

_MAX_SKIPS: Final = 5000
"""Timers one skip may pass."""


def rehearse(scenario: Scenario, runs: int, done: Callable[[], None]) -> list[RunRecord]:
    """The runs 1 to ``runs`` in their order. ``done`` is called as each ends. Raises RehearsalFailed."""
    with temporal_server() as address:
        return uvloop.run(_all(address, scenario, runs, done))


async def _all(address: str, scenario: Scenario, runs: int, done: Callable[[], None]) -> list[RunRecord]:
    client = await open_client(address)
    skipper = TimeSkipper(client, config=TimeSkippingConfig(max_session_skip_count=_MAX_SKIPS))
    places = asyncio.Semaphore(AT_ONCE)

    async def one(run: int, departments: Departments) -> RunRecord:
        async with places:
            case = RehearsedCase(client, skipper, scenario, run)
            with departments.telling(case.case_no, case.told):
                record = await case.carry_out()
        done()
        return record

    async with hosted(client, scenario.stage.plan) as departments:
        tasks = [asyncio.create_task(one(run, departments)) for run in range(1, runs + 1)]
        try:
            # Not a task group: a call its cancellation cuts off fails in its own way, and would be told with the cause.
            return list(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
