"""The demonstration from its first line to its last: a stack of its own, five cases, the reckoning, nothing left."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import time
from pathlib import Path

import httpx
from rich.console import Console
from temporalio.client import Client
from temporalio.service import RPCError

from lianban.catalog.loader import load_catalog
from lianban.clock.files import load_calendar
from lianban.platform.auth import TokenAuthority
from lianban.platform.directory import Channel, load_directory
from lianban_sandbox.portal.client import PortalClient, PortalError
from lianban_sandbox.timeskip import CaseEnded, SkipStalled
from lianban_stack import display as stack_display
from lianban_stack import network
from lianban_stack.demo import display, kinds
from lianban_stack.demo.carrier import Carrier, Stuck
from lianban_stack.demo.outside import Outside
from lianban_stack.demo.province import Province
from lianban_stack.demo.scenes import CaseRun, scenes
from lianban_stack.demo.verification import Evidence, Verifier
from lianban_stack.errors import StackError
from lianban_stack.ports import Ports
from lianban_stack.stack import Stack
from lianban_stack.state import StateFolder

_LIVELY = {
    "LIANBAN_SANDBOX_DECISION_SECONDS": "1",
    "LIANBAN_SANDBOX_PARCEL_SECONDS": "1",
    "LIANBAN_EXCHANGE_POLL": "1",
}
"""Departments decide a second after they got a task; a parcel moves every second, and so is the province told."""

_EXPECTED = (Stuck, CaseEnded, SkipStalled, PortalError, httpx.HTTPError, RPCError, TimeoutError)


def demonstrate(folder: Path, console: Console) -> int:
    """Run the demonstration; the exit code. ``folder`` is its state folder, emptied first and stopped at the end."""
    stack = _stack(folder, console)
    started = time.monotonic()
    try:
        with stack_display.Board(console) as board:
            stack.up(board, attached=True)
        results = asyncio.run(perform(stack, console))
    finally:
        stack.down()
    console.print(display.EXPLANATION, highlight=False, soft_wrap=True)
    console.print(display.reckoning(results))
    runs = [run for run, _ in results]
    console.print(display.savings(runs), "", highlight=False)
    carried = [one for _, evidence in results if evidence is not None for one in evidence.carried]
    console.print(display.kinds(carried), "", highlight=False)
    idle = list(kinds.idle(load_directory(stack.secrets().directory), carried))
    for fault in (*display.faults(runs), *idle):
        console.print(fault, style="red", soft_wrap=True)
    console.print(f"用时 {time.monotonic() - started:.0f} 秒；没有留下运行的进程；日志在 {stack.state.logs}")
    completed = sum(run.completed for run in runs)
    failed = len(runs) - completed
    console.print(f"demo: {completed} cases completed, {failed} failed", highlight=False)
    return 1 if failed or idle else 0


async def perform(stack: Stack, console: Console) -> list[tuple[CaseRun, Evidence | None]]:
    """Carry every scene's case through a stack that runs, all at once, then verify each."""
    authority = TokenAuthority.load(stack.secrets().token_keys)
    catalog = load_catalog(stack.catalog)
    calendar = load_calendar(stack.catalog / "calendars")
    directory = load_directory(stack.secrets().directory)
    inbox = frozenset(c for c, entry in directory.departments.items() if entry.channel == Channel.INBOX)
    temporal = await Client.connect(f"{network.HOST}:{stack.ports.temporal}")
    runs = [CaseRun(scene, catalog.themes[scene.theme].name) for scene in scenes()]
    async with (
        PortalClient.signed_in(stack.ports.url("intake"), authority, system="demo-portal") as portal,
        contextlib.aclosing(Outside(stack.ports, authority)) as outside,
        contextlib.aclosing(Province(stack.province_url)) as province,
    ):
        carrier = Carrier(portal, outside, temporal, catalog, inbox)
        verifier = Verifier(portal, outside, catalog, calendar, directory, inbox)
        following = asyncio.create_task(display.follow(console, runs))
        try:
            await asyncio.gather(*(_attempt(run, carrier) for run in runs))
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        return [(run, await _evidence(run, verifier, province, portal)) for run in runs]


async def _attempt(run: CaseRun, carrier: Carrier) -> None:
    """One case that fails leaves the others alone."""
    try:
        await carrier.carry(run)
    except _EXPECTED as error:
        run.faults.append(f"{type(error).__name__}: {error}")


async def _evidence(run: CaseRun, verifier: Verifier, province: Province, portal: PortalClient) -> Evidence | None:
    if run.status != "completed":
        return None
    try:
        await province.check(run, (await portal.events(run.case_no))["events"])
        return await verifier.verify(run)
    except _EXPECTED as error:
        run.faults.append(f"{type(error).__name__}: {error}")
        return None


def _stack(folder: Path, console: Console) -> Stack:
    """A stack in an empty folder, on the usual ports, or where one of them is taken on any that are free."""
    state = StateFolder(folder)
    ports = Ports.from_environment(os.environ)
    stack = Stack(state, ports, environment=_LIVELY)
    if stack.running:
        raise StackError(f"{folder} 中已有演示在运行")
    stack.down()
    shutil.rmtree(folder, ignore_errors=True)
    if taken := ports.taken():
        names = ", ".join(f"{each.name} {each.port}" for each in taken)
        console.print(f"已被占用：{names}；改用其他空闲的端口")
        stack = Stack(state, Ports.free(), environment=_LIVELY)
    return stack
