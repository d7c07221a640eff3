"""Intakes over one published store, calendars that change, and a look at what cases were asked."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from intake_outbox import until_started
from intake_world import World, eventually, running

from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import local_date
from lianban.clock.files import load_calendar
from lianban.platform.case_updates import CaseUpdates
from lianban.publishing.calendars import publish_calendar
from lianban.publishing.store import PublishedStore
from lianban_intake.events.recorder import Recorder
from lianban_intake.redating.asking import Asker
from lianban_intake.redating.service import Redater

RARELY = 3600.0
"""Runs are carried out when the test says so."""


@asynccontextmanager
async def intake_of(
    folder: Path, url: str, temporal: str, *, store: str = "store", **settings: Any
) -> AsyncIterator[World]:
    given = {"catalog_dir": None, "catalog_store": folder / store, "catalog_poll": RARELY, "outbox_poll": RARELY}
    async with running(folder, url, temporal, **{**given, "redating_poll": RARELY, **settings}) as world:

        async def looked() -> bool:
            return bool(await world.rows("SELECT 1 FROM intake.redatings WHERE finished_at IS NOT NULL"))

        await eventually(looked)  # it does once, when it starts; a second one may do so while the test goes on
        yield world


def redater_of(world: World, *, at_once: int = 8, batch: int = 100, timeout: float = 10.0) -> Redater:
    """What the process itself runs, for a test to run."""
    state = world.state
    asker = Asker(CaseUpdates(state.temporal), state.starter, asyncio.Semaphore(at_once), timeout)
    return Redater(state.engine, state.direct, Recorder(state.direct), state.catalogues, asker, RARELY, batch)


async def carried_out(world: World, version: str, **options: Any) -> None:
    """Every case has been asked to count by the calendar, whoever has had the turn."""
    redater = redater_of(world, **options)

    async def asked_all() -> bool:
        await redater.look()
        left = "SELECT 1 FROM intake.running_cases WHERE calendar <> :v AND problem IS NULL"
        run = "SELECT 1 FROM intake.redatings WHERE version = :v"
        return bool(await world.rows(run, v=version)) and not await world.rows(left, v=version)

    await eventually(asked_all)


def today() -> date:
    return local_date(datetime.now(UTC))


def days_off(folder: Path, weeks: int) -> CalendarSnapshot:
    """Three more days off, some ``weeks`` from now, in the year files; the calendar they make."""
    calendars = folder / "catalog" / "calendars"
    day, added = today() + timedelta(weeks=weeks), 0
    while added < 3:
        if load_calendar(calendars).is_working_day(day) and day.isoweekday() < 6:
            path = calendars / f"{day.year}.yaml"
            text = re.sub(r"(?m)^holidays:.*$", rf"\g<0>\n  {day}: 临时放假", path.read_text(encoding="utf-8"), count=1)
            path.write_text(text, encoding="utf-8")
            added += 1
        day += timedelta(days=1)
    return load_calendar(calendars)


def published(folder: Path, store: str = "store") -> str:
    """The year files in force; their version."""
    return publish_calendar(folder / "catalog" / "calendars", PublishedStore(folder / store)).after.version


async def started(world: World, count: int = 1) -> list[str]:
    """Numbers of cases filed, their workflows running."""
    numbers = [await world.filed() for _ in range(count)]
    await until_started(world, *numbers)
    return numbers


async def asked(world: World, case_no: str) -> list[str]:
    """Versions of the calendars the case was asked to count by."""
    versions: list[str] = await world.state.temporal.get_workflow_handle(case_no).query("asked")
    return versions


async def counts_by(world: World, case_no: str) -> str | None:
    rows = await world.rows("SELECT calendar FROM intake.running_cases WHERE case_no = :n", n=case_no)
    return rows[0]["calendar"] if rows else None


async def report(world: World, which: str | int, **query: Any) -> dict[str, Any]:
    asked_for = "&".join(f"{name}={value}" for name, value in query.items())
    response = await world.get(f"/v1/redatings/{which}?{asked_for}", "operator", "op-1")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found
