"""The stack as a whole: up, healthy, down, and up again with everything it knew."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time

import httpx
import pytest
from stack_cases import LIVELY, assert_gone, file_and_wait, portal, wait_for

from lianban_stack import leftovers, network, programs
from lianban_stack.errors import PortsTakenError, ProgramFailedError, StackError
from lianban_stack.ports import Ports
from lianban_stack.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


async def test_what_was_stored_and_what_was_under_way_survive_a_restart(stack: Stack) -> None:
    """The second time attached to a process, with which it ends."""
    await asyncio.to_thread(stack.up)
    assert [row.label for row in stack.status() if not row.ready] == []
    finished = await file_and_wait(stack, "P4", 1, "completed")
    async with httpx.AsyncClient(trust_env=False) as control:
        departments = f"{stack.ports.url('sandbox_departments')}/control/departments"
        (await control.put(departments, json={"mode": "down"})).raise_for_status()
    under_way = await file_and_wait(stack, "P4", 2, "in_progress")

    with pytest.raises(StackError, match="已在运行"):
        await asyncio.to_thread(stack.up)

    assert await asyncio.to_thread(stack.down) is True
    assert_gone(stack)
    assert await asyncio.to_thread(stack.down) is False

    parent = await asyncio.to_thread(run_by_another_process, stack)
    async with portal(stack) as client:
        assert (await client.progress(finished))["status"] == "completed"
        assert (await client.results(finished))["decisions"]
        await wait_for(client, under_way, "completed", seconds=120)
    await asyncio.to_thread(end_with, parent, stack)


def run_by_another_process(stack: Stack) -> subprocess.Popen[bytes]:
    """It is up, and attached to the process: returned, to be ended."""
    script = (
        "import sys, pathlib\n"
        "from lianban_stack.ports import Ports\nfrom lianban_stack.stack import Stack\n"
        "from lianban_stack.state import StateFolder\n"
        f"state = StateFolder(pathlib.Path({str(stack.state.root)!r}))\n"
        f"Stack(state, {stack.ports!r}, synchronous='NORMAL', environment={LIVELY!r}).up(attached=True)\n"
        "print('up', flush=True)\nsys.stdin.read()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"up\n"
    return parent


def end_with(parent: subprocess.Popen[bytes], stack: Stack) -> None:
    with parent:
        parent.kill()
    deadline = time.monotonic() + 60
    while leftovers.find(stack.state):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert_gone(stack)


def test_every_taken_port_is_told_and_nothing_is_started(stack: Stack) -> None:
    with socket.socket() as first, socket.socket() as second:
        for taken, port in ((first, stack.ports.intake), (second, stack.ports.sandbox_smtp)):
            taken.bind((network.HOST, port))
            taken.listen()
        with pytest.raises(PortsTakenError) as raised:
            stack.up()
    assert {(each.name, each.port) for each in raised.value.taken} == {
        ("intake", stack.ports.intake),
        ("sandbox_smtp", stack.ports.sandbox_smtp),
    }
    assert "LIANBAN_PORT_INTAKE=<端口>" in str(raised.value)
    assert_gone(stack)


def test_a_service_that_does_not_come_up_is_told_with_its_log(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "_environment", {"LIANBAN_SANDBOX_DECISION_SECONDS": "soon"})
    with pytest.raises(ProgramFailedError, match="sandbox_decision_seconds"):
        stack.up()
    assert_gone(stack)


def test_names_of_programs_are_those_of_their_ports() -> None:
    assert set(programs.SERVERS) | set(programs.MIGRATED) <= set(Ports().as_dict())
