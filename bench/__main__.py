"""`make bench`: cases per second of the whole stack, against bare Temporal of the same shape on the same server.

Bare and whole take turns, so that a slow moment of the machine meets both; the medians are compared.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import uuid
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
from loop import Rate, closed_loop
from processes import processor_seconds


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
    rates: dict[str, list[Rate]] = {"bare": [], "whole": []}
    spent: dict[str, float] = {}
    spent_bare = 0.0
    async with (
        bare.worker(client),
        whole.cases(RunningStack.read(stack.state.root), database) as filed,
    ):

        async def bare_case(_: int) -> None:
            await bare.run_case(client, f"bare-{uuid.uuid4().hex}")

        async def whole_case(_: int) -> None:
            await filed.run_case(uuid.uuid4().hex)

        for case in (bare_case, whole_case):
            await closed_loop(case, at_once, at_once)  # warm up
        for turn in range(turns):
            before = processor_seconds(stack)
            rates["bare"].append(await closed_loop(bare_case, cases, at_once))
            spent_bare += sum(processor_seconds(stack).values()) - sum(before.values())
            before = processor_seconds(stack)
            rates["whole"].append(await closed_loop(whole_case, cases, at_once))
            after = processor_seconds(stack)
            for name, seconds in after.items():
                spent[name] = spent.get(name, 0.0) + seconds - before[name]
            print(
                f"turn {turn + 1}: " + ", ".join(f"{name} {found[-1].per_second:.1f}" for name, found in rates.items())
            )
    report(rates, spent, spent_bare, cases * turns, at_once)


def report(rates: dict[str, list[Rate]], spent: dict[str, float], spent_bare: float, cases: int, at_once: int) -> None:
    middle = {name: statistics.median(rate.per_second for rate in found) for name, found in rates.items()}
    print(f"\n{whole.STEPS}-step cases, {at_once} at once, {cases} of each kind; cases per second, median of turns")
    for name, value in middle.items():
        print(f"  {name:6} {value:6.1f}")
    print(f"  ratio  {middle['whole'] / middle['bare']:6.2f}\n\nprocessor time of the whole stack, ms a case")
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"  {name:13} {1000 * seconds / cases:6.1f}")
    print(
        f"  {'sum':13} {1000 * sum(spent.values()) / cases:6.1f}   (bare, server and driver: {1000 * spent_bare / cases:.1f})"
    )


if __name__ == "__main__":
    main()
