"""`make bench`: cases per second of the whole stack, against bare Temporal of the same shape on the same server.

Bare and whole take turns, so that a slow moment of the machine meets both; the medians are compared.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop
from temporalio.client import Client

import bare
import whole
from lianban_sandbox.portal.state import RunningStack
from lianban_stack.ports import Ports
from lianban_stack.postgres import SUPERUSER
from lianban_stack.programs import DATABASE
from lianban_stack.stack import Stack
from lianban_stack.state import StateFolder
from loop import closed_loop
from processes import Measured, processor_seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=150, help="cases of one turn")
    parser.add_argument("--at-once", type=int, default=50)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lianban-bench-") as folder:
        stack = Stack(StateFolder(Path(folder)), Ports.free(), synchronous="NORMAL", inbox=frozenset())
        stack.up(attached=True)
        try:
            uvloop.run(measure(stack, options.cases, options.at_once, options.turns))
        finally:
            stack.down()


async def measure(stack: Stack, cases: int, at_once: int, turns: int) -> None:
    client = await Client.connect(f"127.0.0.1:{stack.ports.temporal}")
    password = stack.secrets().database[SUPERUSER]
    database = f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{stack.ports.postgres}/{DATABASE}"
    async with contextlib.AsyncExitStack() as opened:
        await opened.enter_async_context(bare.worker(client))
        filed = await opened.enter_async_context(whole.cases(RunningStack.read(stack.state.root), database))
        kinds: dict[str, Callable[[str], Awaitable[None]]] = {
            f"bare, {shape}": lambda name, shape=shape: bare.run_case(client, f"{shape}-{name}")  # type: ignore[misc]
            for shape in bare.Shape
        }
        kinds["whole"] = filed.run_case
        for run_case in kinds.values():
            await closed_loop(run_case, at_once, at_once)  # warm up
        measured = {kind: Measured() for kind in kinds}
        for turn in range(turns):
            for kind, run_case in kinds.items():
                before = processor_seconds(stack)
                measured[kind].rates.append(await closed_loop(run_case, cases, at_once))
                measured[kind].add(before, processor_seconds(stack))
            latest = ", ".join(f"{kind} {found.rates[-1].per_second:.1f}" for kind, found in measured.items())
            print(f"turn {turn + 1}: {latest}", flush=True)
    report(measured, cases * turns, at_once)


def report(measured: dict[str, Measured], cases: int, at_once: int) -> None:
    whole_rate = measured["whole"].per_second
    print(f"\n{whole.STEPS}-step cases, {at_once} at once, {cases} of each kind; medians of the turns")
    print(f"  {'':14} {'cases/s':>8} {'whole/it':>9} {'ms a case':>10}")
    for kind, found in measured.items():
        spent = 1000 * found.spent.total() / cases
        print(f"  {kind:14} {found.per_second:8.1f} {whole_rate / found.per_second:9.2f} {spent:10.0f}")
    print("\nprocessor time of the whole stack by program, ms a case")
    for name, seconds in measured["whole"].spent.most_common():
        print(f"  {name:13} {1000 * seconds / cases:8.1f}")


if __name__ == "__main__":
    main()
