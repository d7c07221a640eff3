"""A run whose process is killed again and again: no case is left out, and none is asked twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from intake_world import World, eventually
from redating_case import CountingCase
from redating_world import asked, days_off, intake_of, published, report, started
from temporalio.client import Client

from lianban.contracts.names import QUEUE_ORCHESTRATOR
from lianban.platform.temporal import make_worker
from lianban.publishing.publisher import publish
from lianban.publishing.store import PublishedStore
from lianban_stack import network

CASES = 12
KILLS = 2


@pytest.fixture
async def world(
    intake_folder: Path, intake_url: str, temporal_server: str, temporal_client: Client
) -> AsyncIterator[World]:
    """An intake that files and reports, and has no turn of its own while the others run."""
    publish(intake_folder / "catalog", PublishedStore(intake_folder / "store"))
    async with (
        make_worker(temporal_client, QUEUE_ORCHESTRATOR, workflows=[CountingCase]),
        intake_of(intake_folder, intake_url, temporal_server) as world,
    ):
        yield world


@contextmanager
def process(folder: Path, database: str, temporal: str) -> Iterator[subprocess.Popen[bytes]]:
    """An intake that does nothing but date cases anew, a few at a time."""
    [port] = network.free_ports(1)
    environment = {
        **os.environ,
        "LIANBAN_DATABASE_URL": database,
        "LIANBAN_TEMPORAL_ADDRESS": temporal,
        "LIANBAN_PORT": str(port),
        "LIANBAN_OBJECTS_URL": (folder / "objects").as_uri(),
        "LIANBAN_KEYRING_FILE": str(folder / "keyring.json"),
        "LIANBAN_TOKEN_KEY_FILE": str(folder / "tokens.json"),
        "LIANBAN_CATALOG_STORE": str(folder / "store"),
        "LIANBAN_REDATING_POLL": "0.05",
        "LIANBAN_REDATING_BATCH": "2",
        "LIANBAN_REDATING_AT_ONCE": "1",
    }
    with (folder / "redating.log").open("ab") as log:
        running = subprocess.Popen([sys.executable, "-m", "lianban_intake"], env=environment, stderr=log)
        try:
            yield running
        finally:
            running.kill()
            running.wait()


async def test_killed_again_and_again(world: World, intake_folder: Path, intake_url: str, temporal_server: str) -> None:
    numbers = await started(world, CASES)
    days_off(intake_folder, weeks=5)
    version = published(intake_folder)

    async def done() -> int:
        [row] = await world.rows("SELECT count(*) AS done FROM intake.redated_cases")
        return int(row["done"])

    for _ in range(KILLS):
        before = await done()
        with process(intake_folder, intake_url, temporal_server) as running:

            async def some(before: int = before) -> bool:
                return await done() > before

            await eventually(some)
            running.send_signal(signal.SIGKILL)
            running.wait()
    assert 0 < await done() < CASES
    late = await started(world)  # by a process that has not looked at the new calendar yet, or has: no matter
    with process(intake_folder, intake_url, temporal_server):

        async def finished() -> bool:
            found: dict[str, Any] = await report(world, version)
            return bool(found["state"] == "finished" and found["left"] == 0)

        await eventually(finished)
    assert [await asked(world, number) for number in numbers] == [[version]] * CASES
    found = await report(world, version)
    assert found["moved"] == CASES
    assert [case["case_no"] for case in found["cases"]] == sorted(numbers)
    assert await asked(world, late[0]) == []
