"""A new calendar reaches every open case, once, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from intake_events import event, record
from intake_world import NOBODY, World, eventually, slug
from redating_case import CountingCase
from redating_world import (
    asked,
    carried_out,
    counts_by,
    days_off,
    intake_of,
    published,
    redater_of,
    report,
    started,
    today,
)
from sqlalchemy.ext.asyncio import create_async_engine
from temporalio.client import Client

from lianban.clock.deadlines import deadline
from lianban.clock.limits import Unit
from lianban.contracts.names import CASE_WORKFLOW, QUEUE_ORCHESTRATOR
from lianban.contracts.status import CaseStatus, EventKind
from lianban.platform.temporal import make_worker
from lianban.publishing.publisher import publish
from lianban.publishing.store import PublishedStore
from lianban_intake.outbox.repository import claim, find
from lianban_intake.redating.turn import turn


@pytest.fixture
def folder(intake_folder: Path, tmp_path: Path) -> Path:
    """Keys, a catalogue of one's own, and the store it has been published into."""
    for name in ("keyring.json", "tokens.json"):
        shutil.copy(intake_folder / name, tmp_path)
    shutil.copytree(intake_folder / "catalog", tmp_path / "catalog")
    publish(tmp_path / "catalog", PublishedStore(tmp_path / "store"))
    return tmp_path


@pytest.fixture
async def fresh_url(intake_url: str) -> str:
    """The module's database, as if no case were open and no calendar had ever come into force."""
    engine = create_async_engine(intake_url)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(
            "TRUNCATE intake.redated_cases, intake.redatings, intake.running_cases, intake.pending_starts"
        )
    await engine.dispose()
    return intake_url


@pytest.fixture(scope="module")
async def cases(temporal_client: Client) -> AsyncIterator[None]:
    """Workflows run."""
    async with make_worker(temporal_client, QUEUE_ORCHESTRATOR, workflows=[CountingCase]):
        yield


@pytest.fixture
async def world(folder: Path, fresh_url: str, temporal_server: str, cases: None) -> AsyncIterator[World]:
    async with intake_of(folder, fresh_url, temporal_server) as world:
        yield world


async def test_every_open_case_is_dated_anew_and_new_ones_begin_with_it(world: World, folder: Path) -> None:
    before = world.state.catalogues.current.calendar
    numbers = await started(world, 3)
    assert [await counts_by(world, number) for number in numbers] == [before.version] * 3
    calendar = days_off(folder, weeks=5)
    assert published(folder) == calendar.version
    await redater_of(world).look()
    for number in numbers:
        assert await asked(world, number) == [calendar.version]
        assert await counts_by(world, number) == calendar.version
    [new] = await started(world)
    assert await counts_by(world, new) == calendar.version
    assert await asked(world, new) == []

    was, due = (deadline(each, today(), 45, Unit.WORKING_DAYS).day.isoformat() for each in (before, calendar))
    assert was < due
    progress = (await world.get(f"/v1/applications/{numbers[0]}")).json()
    assert progress["due"]["legal"] == due
    found = await report(world, calendar.version)
    assert (found["number"], found["state"], found["state_zh"]) == (2, "finished", "已完成")
    assert {name: found[name] for name in ("moved", "unmoved", "closed", "left")} == {
        "moved": 3,
        "unmoved": 0,
        "closed": 0,
        "left": 0,
    }
    assert [case["case_no"] for case in found["cases"]] == sorted(numbers)
    [move] = found["cases"][0]["moves"]
    assert (move["step"], move["was"]["legal"], move["due"]["legal"]) == (None, was, due)
    assert (found["next"], found["troubles"]) == (None, [])


async def test_the_service_sees_to_it_by_itself(
    folder: Path, fresh_url: str, temporal_server: str, cases: None
) -> None:
    async with intake_of(folder, fresh_url, temporal_server, redating_poll=0.05) as world:
        [number] = await started(world)
        days_off(folder, weeks=5)
        version = published(folder)

        async def settled() -> bool:
            return await counts_by(world, number) == version

        await eventually(settled)
        assert await asked(world, number) == [version]


async def test_a_calendar_that_moves_nothing_of_a_case(world: World, folder: Path) -> None:
    [number] = await started(world)
    days_off(folder, weeks=40)
    version = published(folder)
    await redater_of(world).look()
    assert await asked(world, number) == [version]
    found = await report(world, version)
    assert (found["moved"], found["unmoved"], found["cases"]) == (0, 1, [])


async def test_closed_cases_are_passed_over(world: World, folder: Path) -> None:
    """Whether a withdrawn one has ended, only its workflow knows."""
    completed, delivering, gone = await started(world, 3)
    client = world.state.temporal
    await record(world, completed, event(1, EventKind.CASE_COMPLETED, case_status=CaseStatus.COMPLETED))
    for number in (delivering, gone):
        await record(world, number, event(1, EventKind.CASE_WITHDRAWN, case_status=CaseStatus.WITHDRAWN))
    await client.get_workflow_handle(gone).signal("end")
    await client.get_workflow_handle(gone).result()
    days_off(folder, weeks=5)
    version = published(folder)
    await redater_of(world).look()
    assert await asked(world, completed) == []
    assert await asked(world, delivering) == [version]
    assert [await counts_by(world, number) for number in (completed, delivering, gone)] == [None, version, None]
    found = await report(world, version)
    assert (found["moved"], found["closed"], found["left"]) == (1, 1, 0)


async def test_cut_off_after_the_cases_answered_it_asks_them_once(world: World, folder: Path) -> None:
    """The answers were lost with the process: asked again, the cases give the same ones."""
    numbers = await started(world, 4)
    days_off(folder, weeks=5)
    version = published(folder)
    redater = redater_of(world, batch=2)
    async with world.state.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE intake.events RENAME TO away")
    try:
        with pytest.raises(Exception, match=r"intake\.events"):
            await redater.look()
    finally:
        async with world.state.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE intake.away RENAME TO events")
    first = [await asked(world, number) for number in sorted(numbers)]
    assert first == [[version], [version], [], []]
    await client_ends(world, sorted(numbers)[0])
    await redater.look()
    assert [await asked(world, number) for number in numbers] == [[version]] * 4
    found = await report(world, version)
    assert (found["moved"], found["state"]) == (4, "finished")


async def client_ends(world: World, number: str) -> None:
    handle = world.state.temporal.get_workflow_handle(number)
    await handle.signal("end")
    await handle.result()


async def test_a_case_filed_meanwhile_under_the_old_calendar_is_not_missed(
    world: World, folder: Path, fresh_url: str, temporal_server: str
) -> None:
    """By a process that has not heard of the new one yet."""
    shutil.copytree(folder / "store", folder / "copy")
    async with intake_of(folder, fresh_url, temporal_server, store="copy") as behind:
        days_off(folder, weeks=5)
        version = published(folder)
        redater = redater_of(world)
        await redater.look()
        assert (await report(world, version))["state"] == "finished"
        [late] = await started(behind)
        assert (await report(world, version))["left"] == 1
        await redater_of(behind).look()
        assert [run["number"] for run in (await runs(world))] == [2, 1], "who is behind begins no run of the old one"
        await redater.look()
        assert await asked(behind, late) == [version]
        found = await report(world, version)
        assert (found["moved"], found["left"], found["state"]) == (1, 0, "finished")


async def test_a_case_not_started_yet_is_started_and_asked(
    folder: Path, fresh_url: str, temporal_server: str, cases: None
) -> None:
    async with intake_of(folder, fresh_url, NOBODY) as away:
        number = await away.filed()
    async with intake_of(folder, fresh_url, temporal_server) as world:
        days_off(folder, weeks=5)
        version = published(folder)
        await carried_out(world, version)
        assert await asked(world, number) == [version]
        assert await counts_by(world, number) == version


async def test_claimed_by_a_process_that_is_behind_it_is_asked_again(world: World, folder: Path) -> None:
    """Another process may have started the case with the calendar it knows, or may not: nobody can tell."""
    [number] = await started(world)
    behind = world.state.catalogues.current
    days_off(folder, weeks=5)
    version = published(folder)
    await redater_of(world).look()
    async with world.state.direct.connect() as connection:
        await connection.exec_driver_sql(
            f"INSERT INTO intake.pending_starts (case_no, due_at) VALUES ('{number}', now())"
        )
        assert [case.case_no for case in await claim(connection, behind, 1)] == [number]
    assert await counts_by(world, number) == ""
    await redater_of(world).look()
    assert await asked(world, number) == [version, version]
    assert await counts_by(world, number) == version
    assert (await report(world, version))["moved"] == 1


async def test_one_calendar_after_another_and_back(world: World, folder: Path) -> None:
    [number] = await started(world)
    first = world.state.catalogues.current.calendar.version
    shutil.copytree(folder / "catalog", folder / "kept")
    days_off(folder, weeks=5)
    second = published(folder)
    redater = redater_of(world)
    await redater.look()
    shutil.rmtree(folder / "catalog")
    shutil.copytree(folder / "kept", folder / "catalog")
    assert published(folder) == first
    await redater.look()
    assert await asked(world, number) == [second, first]
    assert [(run["number"], run["version"]) for run in await runs(world)] == [(3, first), (2, second), (1, first)]
    assert (await report(world, first))["number"] == 3
    assert (await report(world, 1))["moved"] == 0


async def test_a_run_gives_way_to_a_newer_calendar(world: World, folder: Path) -> None:
    """No case is asked twice to no purpose."""
    numbers = await started(world, 4)
    days_off(folder, weeks=5)
    first = published(folder)
    redater = redater_of(world, at_once=1, batch=1)
    going = asyncio.create_task(redater.look())
    while not await world.rows("SELECT 1 FROM intake.redated_cases"):
        await asyncio.sleep(0.005)
    days_off(folder, weeks=6)
    second = published(folder)
    await going
    assert (await report(world, first))["state"] == "running"
    await redater.look()
    found = await report(world, first)
    assert (found["state"], found["state_zh"], found["left"]) == ("superseded", "已由新的日历取代", 0)
    assert 0 < found["moved"] < 4
    assert {(await asked(world, number))[-1] for number in numbers} == {second}
    assert (await report(world, second))["moved"] == 4


async def test_one_process_at_a_time(world: World, folder: Path, fresh_url: str, temporal_server: str) -> None:
    numbers = await started(world, 6)
    async with intake_of(folder, fresh_url, temporal_server) as other:
        days_off(folder, weeks=5)
        version = published(folder)
        async with turn(other.state.direct) as held:
            assert held is not None
            await redater_of(world).look()
            assert len(await runs(world)) == 1, "it is another's turn"
        await asyncio.gather(*(carried_out(each, version, batch=1) for each in (world, other, world, other)))
        assert [await asked(world, number) for number in numbers] == [[version]] * 6
        assert (await report(world, version))["moved"] == 6


async def test_who_does_not_answer_is_asked_again(
    folder: Path, fresh_url: str, temporal_server: str, temporal_client: Client, cases: None
) -> None:
    async with intake_of(folder, fresh_url, NOBODY) as away:
        silent = await away.filed()
        async with away.state.direct.connect() as connection:
            case = await find(connection, away.state.catalogues.current, silent)
    queue = f"{QUEUE_ORCHESTRATOR}-nobody-there"
    await temporal_client.start_workflow(CASE_WORKFLOW, case, id=silent, task_queue=queue)
    async with intake_of(folder, fresh_url, temporal_server) as world:
        [other] = await started(world)
        days_off(folder, weeks=5)
        version = published(folder)
        await carried_out(world, version, timeout=2)
        found = await report(world, version)
        assert (found["moved"], found["left"], found["state"]) == (1, 1, "running")
        [trouble] = found["troubles"]
        assert (trouble["case_no"], trouble["problem"], trouble["attempts"]) == (silent, "unreachable", 1)
        async with make_worker(temporal_client, queue, workflows=[CountingCase]):
            await soon(world)
            await carried_out(world, version)
            assert await asked(world, silent) == await asked(world, other) == [version]
        assert (await report(world, version))["state"] == "finished"


async def test_while_temporal_is_away_it_waits(folder: Path, fresh_url: str, temporal_server: str, cases: None) -> None:
    async with intake_of(folder, fresh_url, temporal_server) as world:
        numbers = await started(world, 3)
    days_off(folder, weeks=5)
    version = published(folder)
    async with intake_of(folder, fresh_url, NOBODY, redating_batch=1) as away:

        async def tried() -> bool:
            return bool(await away.rows("SELECT 1 FROM intake.running_cases WHERE problem IS NOT NULL"))

        await eventually(tried)
        found = await report(away, version)
        assert (found["left"], len(found["troubles"])) == (3, 1), "where one is not reached, the next is not tried"
    async with intake_of(folder, fresh_url, temporal_server) as world:
        await soon(world)
        await carried_out(world, version)
        assert [await asked(world, number) for number in numbers] == [[version]] * 3


async def test_a_case_that_refuses_is_told_of_and_holds_up_nobody(world: World, folder: Path) -> None:
    numbers = sorted(await started(world, 3))
    handle = world.state.temporal.get_workflow_handle(numbers[1])
    await handle.signal("refuse", True)
    days_off(folder, weeks=5)
    version = published(folder)
    redater = redater_of(world, batch=1)
    await redater.look()
    found = await report(world, version)
    assert (found["moved"], found["left"], found["state"]) == (2, 1, "running")
    [trouble] = found["troubles"]
    assert (trouble["case_no"], trouble["attempts"], trouble["problem"]) == (numbers[1], 1, "old-calendar")
    assert trouble["problem_zh"] == "日历没有覆盖办件起算之日"
    await handle.signal("refuse", False)
    await redater.look()
    assert (await report(world, version))["left"] == 1, "not before its time"
    await soon(world)
    await redater.look()
    found = await report(world, version)
    assert (found["moved"], found["left"], found["state"], found["troubles"]) == (3, 0, "finished", [])


async def soon(world: World) -> None:
    async with world.state.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE intake.running_cases SET due_at = now(), problem = NULL")


async def runs(world: World) -> list[dict[str, object]]:
    response = await world.get("/v1/redatings", "operator", "op-1")
    assert response.status_code == 200, response.text
    found: list[dict[str, object]] = response.json()["runs"]
    return found


async def test_the_report_is_read_page_by_page(world: World, folder: Path) -> None:
    numbers = sorted(await started(world, 5))
    days_off(folder, weeks=5)
    version = published(folder)
    await redater_of(world).look()
    seen, after = [], ""
    while after is not None:
        found = await report(world, version, after=after, limit=2)
        seen += [case["case_no"] for case in found["cases"]]
        assert len(found["cases"]) <= 2
        after = found["next"]
    assert seen == numbers


async def test_reports_are_for_operators(world: World) -> None:
    for role, status in (("operator", 200), ("supervisor", 200), ("portal", 403), ("officer", 403)):
        assert (await world.get("/v1/redatings", role)).status_code == status
    assert slug(await world.get("/v1/redatings/99", "operator")) == "unknown-redating"
    assert slug(await world.get("/v1/redatings/2026.00000000", "operator")) == "unknown-redating"
    response = await world.get("/v1/redatings/%00?limit=0&after=-", "operator")
    assert response.status_code == 422
    assert len(response.json()["errors"]) == 3
