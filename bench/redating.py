"""A new calendar brought to many open cases, in a stack of its own: `.venv/bin/python bench/redating.py`.

Cases are filed through the portal and stay open (:mod:`open_cases`). Then a calendar with three more days off is
published. Half-way through the intake is killed (SIGKILL); the process runner starts it again. Measured is from the
publication to the last case, the time the intake was away left out. At the end the report is read whole and held
against the cases filed, and of some cases the history against "asked once".
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

from lianban.clock.deadlines import local_date
from lianban.clock.files import load_calendar
from lianban.platform.crypto import Keyring
from lianban.platform.temporal import connect
from lianban.publishing.calendars import publish_calendar
from lianban.publishing.store import PublishedStore
from lianban_sandbox.portal.state import RunningStack
from lianban_stack.ports import Ports
from lianban_stack.postgres import SUPERUSER
from lianban_stack.programs import DATABASE
from lianban_stack.stack import Stack
from lianban_stack.state import StateFolder
from open_cases import file_open_cases
from processes import processor_seconds

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
            kinds={},
            environment=environment,
        )
        stack.up(attached=True)
        try:
            uvloop.run(measure(stack, Path(folder), options.cases, options.at_once))
        finally:
            stack.down()


async def measure(stack: Stack, folder: Path, cases: int, at_once: int) -> None:
    began_all = time.perf_counter()
    running = RunningStack.read(stack.state.root)
    secrets = stack.secrets()
    client = await connect(f"127.0.0.1:{running.ports['temporal']}", "default", Keyring.load(secrets.keyring))
    database = f"postgresql://{SUPERUSER}:{secrets.database[SUPERUSER]}@127.0.0.1:{stack.ports.postgres}/{DATABASE}"
    numbers = await file_open_cases(stack, client, database, cases, at_once)
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
    await check_histories(client, random.Random(0).sample(numbers, min(SAMPLE, cases)))
    print("processor time by program but the intake, ms a case")
    for name, used in spent.most_common():
        print(f"  {name:13} {1000 * used / cases:8.1f}")
    print(f"all in all {time.perf_counter() - began_all:.0f} s")


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


async def check_histories(client: Client, numbers: Sequence[str]) -> None:
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
