"""The case's real workflow under a new calendar: its own clock and its steps', in progress and report."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from intake_world import World
from redating_world import days_off, intake_of, published, redater_of, report, started, today
from temporalio.client import Client

from lianban.clock.deadlines import deadline
from lianban.clock.limits import Unit
from lianban.publishing.publisher import publish
from lianban.publishing.store import PublishedStore
from lianban_orchestrator.worker import case_worker


@pytest.fixture
async def world(
    intake_folder: Path, intake_url: str, temporal_server: str, temporal_client: Client
) -> AsyncIterator[World]:
    """Departments and notify are away."""
    publish(intake_folder / "catalog", PublishedStore(intake_folder / "store"))
    async with (
        case_worker(temporal_client),
        intake_of(intake_folder, intake_url, temporal_server) as world,
    ):
        yield world


async def test_the_case_and_its_open_steps_are_dated_anew(world: World, intake_folder: Path) -> None:
    before = world.state.catalogues.current.calendar
    [number] = await started(world)
    calendar = days_off(intake_folder, weeks=2)  # within the promise of 15 working days
    version = published(intake_folder)
    await redater_of(world).look()
    found = await report(world, version)
    assert (found["moved"], found["left"], found["state"]) == (1, 0, "finished")
    [case] = found["cases"]
    whole = next(move for move in case["moves"] if move["step"] is None)
    for limit, days in (("promised", 15), ("legal", 45)):
        was, due = (deadline(each, today(), days, Unit.WORKING_DAYS).day.isoformat() for each in (before, calendar))
        assert (whole["was"][limit], whole["due"][limit]) == (was, due)
        assert was < due
    progress = (await world.get(f"/v1/applications/{number}")).json()
    assert (progress["due"]["promised"], progress["calendar_version"]) == (whole["due"]["promised"], version)
    told = (await world.get(f"/v1/applications/{number}/events")).json()["events"]
    assert next(event["kind_zh"] for event in told if event["cause"] == "calendar") == "办件期限重算"
