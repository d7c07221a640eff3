"""Programs of the stack that are killed: they come back, and no case notices."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import httpx
import psutil
import pytest
from stack_cases import assert_gone, file_and_wait, portal, wait_for

from lianban_stack import leftovers, programs
from lianban_stack.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def test_whoever_is_killed_comes_back_and_no_case_notices(stack: Stack) -> None:
    await asyncio.to_thread(stack.up)
    await in_mid_case(stack)
    await every_service(stack)
    await asyncio.to_thread(the_runner, stack)


async def in_mid_case(stack: Stack) -> None:
    """Nothing is lost, and nothing is done twice."""
    sandbox = stack.ports.url("sandbox_departments")
    async with httpx.AsyncClient(trust_env=False) as control:
        (await control.put(f"{sandbox}/control/departments", json={"mode": "hold"})).raise_for_status()
        case_no = await file_and_wait(stack, "P4", 1, "in_progress")

        for name in ("orchestrator", "adapters", "notify", "temporal"):
            os.kill(stack.processes()[name].pid, signal.SIGKILL)
        (await control.put(f"{sandbox}/control/departments", json={"mode": "grant"})).raise_for_status()

        async with portal(stack) as client:
            await wait_for(client, case_no, "completed", seconds=120)
            steps = [step["code"] for step in (await client.progress(case_no))["steps"]]
        tasks = (await control.get(f"{sandbox}/records/tasks")).json()["items"]
        messages = (await control.get(f"{stack.ports.url('sandbox_sms')}/records/messages")).json()["items"]
        parcels = (await control.get(f"{stack.ports.url('sandbox_courier')}/records/parcels")).json()["items"]
    assert sorted(task["step"] for task in tasks) == sorted(steps)
    assert len({message["key"] for message in messages}) == len(messages) == 4  # accepted, decided, mailed, finished
    assert len(parcels) == 1


async def every_service(stack: Stack) -> None:
    """They come back by themselves."""
    before = stack.processes()
    services = set(before) - set(programs.SERVERS)
    for name in services:
        os.kill(before[name].pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while not all(row.ready for row in await asyncio.to_thread(stack.status)):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)
    after = stack.processes()
    assert {name for name in before if before[name].pid != after[name].pid} == services
    await file_and_wait(stack, "P4", 2, "completed")


def the_runner(stack: Stack) -> None:
    """What it ran is found, and ended."""
    runner = psutil.Process(int((stack.state.run / "supervisord.pid").read_text(encoding="ascii")))
    runner.kill()
    psutil.wait_procs([runner], timeout=10)
    assert not stack.running
    assert leftovers.find(stack.state) != []
    assert stack.down() is True
    assert_gone(stack)
