"""A new calendar brought to many open cases, in a stack of its own: `.venv/bin/python bench/redating.py`.

Cases are filed through the portal and stay open: every department works in the manual inbox, and nobody sits there.
Then a calendar with three more days off is published. Half-way through the intake is killed (SIGKILL); the process
runner starts it again. Measured is from the publication to the last case, the time the intake was away left out. At the
end the report is read whole and held against the cases filed, and of some cases the history against "asked once".
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import uvloop
from temporalio.client import Client

from lianban.catalog.terms import DeliveryMode
from lianban.clock.deadlines import local_date
from lianban.clock.files import load_calendar
from lianban.platform.directory import Channel
from lianban.publishing.calendars import publish_calendar
from lianban.publishing.store import PublishedStore
from lianban_sandbox.portal.client import PortalClient
from lianban_sandbox.portal.filing import Filer
from lianban_sandbox.portal.state import RunningStack
from lianban_stack.ports import Ports
from lianban_stack.stack import Stack
from lianban_stack.state import StateFolder
from processes import processor_seconds
from whole import ANSWERS, THEME

CATALOG: Final = Path(__file__).parent.parent / "catalog"
SAMPLE: Final = 50
"""Cases whose histories are read."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--at-once", type=int, default=16, help="cases filed, and dated anew, at a time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lianban-bench-") as folder:
        environment = {"LIANBAN_REDATING_AT_ONCE": str(options.at_once), "LIANBAN_REDATING_POLL": "1"}
        stack = Stack(
            StateFolder(Path(folder) / "state"),
            Ports.free(),
            synchronous="NORMAL",
            environment=environment,
            kinds=dict.fromkeys(departments(), Channel.INBOX),
        )
        stack.up(attached=True)
        try:
            uvloop.run(measure(stack, Path(folder), options.cases, options.at_once))
        finally:
            stack.down()


def departments() -> list[str]:
    return re.findall(r"code: ([a-z0-9-]+)", (CATALOG / "departments.yaml").read_text(encoding="utf-8"))


async def measure(stack: Stack, folder: Path, cases: int, at_once: int) -> None:
    running = RunningStack.read(stack.state.root)
    numbers = await file(running, cases, at_once)
    token = running.authority.issue("bench", ("operator",))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=running.urls["intake"], headers=headers, trust_env=False) as http:
        before = processor_seconds(stack)
        version = publish(folder, stack.state.catalogue)
        began = time.perf_counter()
        await until(http, version, cases // 2)
        killed = time.perf_counter()
        os.kill(stack.processes()["intake"].pid, signal.SIGKILL)
        await until_back(http)
        back = time.perf_counter()
        await until(http, version, cases)
        ended = time.perf_counter()
        spent = Counter(processor_seconds(stack))
        spent.subtract(before)
        del spent["intake"]  # another process than before
        seconds = ended - began - (back - killed)
        print(f"{cases} open cases, {at_once} at once: {seconds:.1f} s, {cases / seconds:.1f} cases/s")
        print(f"  killed after {killed - began:.1f} s, away for {back - killed:.1f} s")
        await check_report(http, version, numbers)
    await check_histories(running, random.Random(0).sample(numbers, min(SAMPLE, cases)))
    print("processor time by program but the intake, ms a case")
    for name, used in spent.most_common():
        print(f"  {name:13} {1000 * used / cases:8.1f}")


async def file(running: RunningStack, cases: int, at_once: int) -> list[str]:
    """Numbers of cases filed, all of them started."""
    numbers: list[str] = []
    began = time.perf_counter()
    async with running.portal("bench") as portal:
        filer = await Filer.prepare(portal, THEME, answers=ANSWERS, delivery=DeliveryMode.ELECTRONIC)
        body = await filer.build("bench")
        left = iter(range(cases))

        async def lane() -> None:
            for number in left:
                source = {**body["source"], "number": f"bench-{number}"}
                numbers.append((await portal.file({**body, "source": source}, f"bench-{number}"))["case_no"])

        async with asyncio.TaskGroup() as lanes:
            for _ in range(at_once):
                lanes.create_task(lane())
        print(f"filed {cases} in {time.perf_counter() - began:.0f} s", flush=True)
        for number in numbers:
            await accepted(portal, number)
    print(f"all accepted after {time.perf_counter() - began:.0f} s", flush=True)
    return numbers


async def accepted(portal: PortalClient, number: str) -> None:
    while True:
        if (await portal.progress(number))["due"] is not None:
            return
        await asyncio.sleep(0.2)


def publish(folder: Path, store: Path) -> str:
    """The three working days after tomorrow become days off, so that every date moves; the version of that calendar."""
    calendars = folder / "calendars"
    shutil.copytree(CATALOG / "calendars", calendars)
    day, added = local_date(datetime.now(UTC)) + timedelta(days=2), 0
    while added < 3:
        if load_calendar(calendars).is_working_day(day) and day.isoweekday() < 6:
            add_holiday(calendars, day)
            added += 1
        day += timedelta(days=1)
    return publish_calendar(calendars, PublishedStore(store), "bench").after.version


def add_holiday(calendars: Path, day: date) -> None:
    path = calendars / f"{day.year}.yaml"
    text = re.sub(r"(?m)^holidays:.*$", rf"\g<0>\n  {day}: 临时放假", path.read_text(encoding="utf-8"), count=1)
    path.write_text(text, encoding="utf-8")


async def until(http: httpx.AsyncClient, version: str, cases: int) -> None:
    """So many have been asked by the run of that calendar."""
    while True:
        answer = await http.get(f"/v1/redatings/{version}", params={"limit": 1})
        if answer.status_code == 200:
            run = answer.json()
            if run["moved"] + run["unmoved"] + run["closed"] >= cases:
                return
        await asyncio.sleep(0.25)


async def until_back(http: httpx.AsyncClient) -> None:
    while True:
        try:
            if (await http.get("/health/ready")).status_code == 200:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)


async def check_report(http: httpx.AsyncClient, version: str, numbers: Sequence[str]) -> None:
    """Every case once, each with dates that moved."""
    began = time.perf_counter()
    seen: list[dict[str, Any]] = []
    after: str | None = ""
    run: dict[str, Any] = {}
    while after is not None:
        run = (await http.get(f"/v1/redatings/{version}", params={"after": after, "limit": 1000})).json()
        seen += run["cases"]
        after = run["next"]
    moved = [case["case_no"] for case in seen]
    assert moved == sorted(numbers), f"{len(moved)} cases in the report, {len(numbers)} filed"
    moves = [move for case in seen for move in case["moves"]]
    assert all(move["was"] != move["due"] for move in moves)
    taken = run["finished_at"] and datetime.fromisoformat(run["finished_at"]) - datetime.fromisoformat(
        run["started_at"]
    )
    print(
        f"  report: {run['state']}, {len(moved)} cases, {len(moves)} dates moved, {run['left']} left, run took {taken}"
    )
    print(f"  read whole in {time.perf_counter() - began:.1f} s")


async def check_histories(running: RunningStack, numbers: Sequence[str]) -> None:
    client = await Client.connect(f"127.0.0.1:{running.ports['temporal']}")
    for number in numbers:
        history = await client.get_workflow_handle(number).fetch_history()
        accepted = [
            event.workflow_execution_update_accepted_event_attributes.accepted_request.input.name
            for event in history.events
            if event.HasField("workflow_execution_update_accepted_event_attributes")
        ]
        assert accepted.count("recalendar") == 1, (number, accepted)
    print(f"  {len(numbers)} histories read: each case was asked once")


if __name__ == "__main__":
    main()
