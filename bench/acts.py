"""Acts from departments end to end, against bare Updates on the same server: `.venv/bin/python bench/acts.py`.

Cases of five steps are filed and their departments hold them. Turn by turn one department lets go: its system calls
back for every case, so many at a time, signed, with results and their files; or writes as many rows into its tables,
from which they are fetched. A turn lasts until the intake has recorded every decision; one lost would never end it. In
between, bare workflows that do nothing but take Updates get as many, as many at a time, each a workflow task of its own
as a department's act is.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import uvloop
from temporalio.client import Client

import bare
import whole
from lianban.catalog.terms import DeliveryMode
from lianban.platform.directory import Channel
from lianban_sandbox.portal.filing import Filer
from lianban_sandbox.portal.state import RunningStack
from lianban_stack.ports import Ports
from lianban_stack.postgres import SUPERUSER
from lianban_stack.programs import DATABASE
from lianban_stack.stack import Stack
from lianban_stack.state import StateFolder
from loop import Rate, closed_loop
from processes import Measured, processor_seconds

_FILED_AT_ONCE = 16
_LOOK = 0.1  # seconds
_QUEUE = "bench-updates"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=500, help="acts of one turn")
    parser.add_argument("--turns", type=int, default=4, choices=range(1, 5), help="departments that let go")
    parser.add_argument("--kind", type=Channel, default=Channel.REST, choices=[Channel.REST, Channel.STAGING])
    parser.add_argument("--at-once", type=int, default=16, help="acts, and Updates, under way at a time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lianban-bench-") as folder:
        stack = Stack(
            StateFolder(Path(folder)),
            Ports.free(),
            synchronous="NORMAL",
            kinds=dict.fromkeys(whole.DEPARTMENTS, options.kind),
            environment={"LIANBAN_SANDBOX_CALLBACKS": str(options.at_once)},
        )
        stack.up(attached=True)
        try:
            uvloop.run(measure(stack, options.cases, options.turns, options.at_once))
        finally:
            stack.down()


async def measure(stack: Stack, cases: int, turns: int, at_once: int) -> None:
    running = RunningStack.read(stack.state.root)
    password = stack.secrets().database[SUPERUSER]
    async with AsyncExitStack() as opened:
        database = await asyncpg.connect(
            f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{stack.ports.postgres}/{DATABASE}"
        )
        opened.push_async_callback(database.close)
        control = await opened.enter_async_context(
            httpx.AsyncClient(base_url=f"{running.urls['sandbox_departments']}/control", timeout=60)
        )
        await _told(control, "/departments", {"mode": "hold"})
        departments = await _file(running, database, cases)
        client = await Client.connect(f"127.0.0.1:{stack.ports.temporal}")
        await opened.enter_async_context(bare.tuned(client, _QUEUE, workflows=[bare.Updated]))
        handles = [
            await client.start_workflow(bare.Updated.run, id=f"updated-{number}", task_queue=_QUEUE)
            for number in range(cases)
        ]
        acts, updates = Measured(), Measured()
        for turn in range(turns):
            free = iter(handles)

            async def update(name: str, free: Any = free) -> None:
                await next(free).execute_update(bare.Updated.decide, name, id=f"decide-{name}")

            for measured, doing in (
                (updates, closed_loop(update, cases, at_once)),
                (acts, _let_go(control, database, departments[turn], cases)),
            ):
                before = processor_seconds(stack)
                measured.rates.append(await doing)
                measured.add(before, processor_seconds(stack))
            latest = [measured.rates[-1].per_second for measured in (updates, acts)]
            print("turn {}: updates {:.0f}, acts {:.0f}".format(turn + 1, *latest), flush=True)
        for handle in handles:
            await handle.signal(bare.Updated.end)
    print(f"\n{cases} acts a turn, {at_once} at once; medians of the turns")
    print(f"  bare Updates a second  {updates.per_second:6.0f}")
    print(f"  acts a second          {acts.per_second:6.0f}  {acts.per_second / updates.per_second:.2f} of it")
    for kind, measured in (("Update", updates), ("act", acts)):
        print(f"\nprocessor time of one {kind} by program, ms")
        for name, seconds in measured.spent.most_common():
            print(f"  {name:13} {1000 * seconds / cases / turns:8.2f}")


async def _file(running: RunningStack, database: asyncpg.Connection, cases: int) -> list[str]:
    """Their departments, each with one step of every case."""
    async with running.portal("bench") as portal:
        filer = await Filer.prepare(portal, whole.THEME, answers=whole.ANSWERS, delivery=DeliveryMode.ELECTRONIC)
        body = await filer.build("bench")

        async def file(name: str) -> None:
            await portal.file({**body, "source": {**body["source"], "number": name}}, name)

        await closed_loop(file, cases, _FILED_AT_ONCE)
    query = "select department, count(*) from adapters.tasks where state = 'sent' group by department"
    found: dict[str, int] = {}
    while sum(found.values()) < cases * whole.STEPS:
        await asyncio.sleep(_LOOK)
        found = dict(await database.fetch(query))
    return sorted(department for department, count in found.items() if count == cases)


async def _let_go(control: httpx.AsyncClient, database: asyncpg.Connection, department: str, cases: int) -> Rate:
    query = "select count(*) from intake.events where kind = 'step.decided'"
    before = await database.fetchval(query)
    loop = asyncio.get_running_loop()
    started = loop.time()
    await _told(control, f"/departments/{department}", {"mode": "grant"})
    while await database.fetchval(query) < before + cases:  # noqa: ASYNC110 - likewise
        await asyncio.sleep(_LOOK)
    return Rate(cases, loop.time() - started)


async def _told(control: httpx.AsyncClient, path: str, behaviour: dict[str, str]) -> None:
    (await control.put(path, json=behaviour)).raise_for_status()


if __name__ == "__main__":
    main()
