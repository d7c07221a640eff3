"""Time passes for one case on the real server, however the case was started."""

from __future__ import annotations

import asyncio
import json
import weakref
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.runtime import Runtime
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from lianban.contracts.names import department_queue
from lianban.platform.auth import TokenAuthority
from lianban_sandbox import timeskip
from lianban_sandbox.portal import cli as portal

QUEUE = "sandbox-timeskip"
DAY = timedelta(days=1)
NEAR = timedelta(seconds=20)


@activity.defn
async def tell(_: int) -> None:
    """What a case does at a deadline: something real, which takes real time."""
    await asyncio.sleep(0.01)


@workflow.defn
class DailyCase:
    """Wakes every day until it is ended; tells somebody each time."""

    def __init__(self) -> None:
        self.days = 0
        self.over = False

    @workflow.run
    async def run(self, queue: str) -> None:
        while not self.over:
            try:
                await workflow.wait_condition(lambda: self.over, timeout=DAY)
            except TimeoutError:
                self.days += 1
                await workflow.execute_activity(tell, self.days, task_queue=queue, start_to_close_timeout=DAY)

    @workflow.update
    def end(self) -> datetime:
        self.over = True
        return workflow.now()

    @workflow.query
    def passed(self) -> int:
        return self.days


@pytest.fixture(scope="module")
async def worker(temporal_client: Client) -> AsyncIterator[None]:
    runner = UnsandboxedWorkflowRunner()
    async with Worker(
        temporal_client, task_queue=QUEUE, workflows=[DailyCase], activities=[tell], workflow_runner=runner
    ):
        yield


@pytest.mark.usefixtures("worker")
async def test_days_pass_with_all_that_happens_on_them(temporal_client: Client) -> None:
    case = await temporal_client.start_workflow(DailyCase.run, QUEUE, id="skip-days", task_queue=QUEUE)
    before = datetime.now(UTC)
    assert abs(await timeskip.now(temporal_client, case.id) - before) < NEAR

    reached = await timeskip.skip(temporal_client, case.id, 9 * DAY + timedelta(hours=1))
    assert abs(reached - before - 9 * DAY - timedelta(hours=1)) < NEAR
    assert await case.query(DailyCase.passed) == 9

    again = await timeskip.skip(temporal_client, case.id, 20 * DAY)
    assert abs(again - reached - 20 * DAY) < NEAR
    assert await case.query(DailyCase.passed) == 29
    # What reaches the case afterwards finds it in its own time.
    assert abs(await case.execute_update(DailyCase.end) - again) < NEAR
    await case.result()
    with pytest.raises(timeskip.CaseEnded):
        await timeskip.skip(temporal_client, case.id, DAY)


@pytest.mark.usefixtures("worker")
async def test_other_cases_stay_in_the_present(temporal_client: Client) -> None:
    cases = [
        await temporal_client.start_workflow(DailyCase.run, QUEUE, id=f"skip-other-{number}", task_queue=QUEUE)
        for number in range(2)
    ]
    await timeskip.skip(temporal_client, cases[0].id, 3 * DAY)
    assert abs(await timeskip.now(temporal_client, cases[1].id) - datetime.now(UTC)) < NEAR
    for case in cases:
        await case.execute_update(DailyCase.end)


@pytest.mark.usefixtures("worker")
async def test_time_stands_while_nobody_carries_out_an_activity(temporal_client: Client) -> None:
    case = await temporal_client.start_workflow(DailyCase.run, "nobody", id="skip-stalled", task_queue=QUEUE)
    with pytest.raises(timeskip.SkipStalled):
        await timeskip.skip(temporal_client, case.id, 9 * DAY, patience=1)
    assert await case.query(DailyCase.passed) == 1
    stood = await timeskip.now(temporal_client, case.id)
    async with Worker(temporal_client, task_queue="nobody", activities=[tell]):
        await asyncio.sleep(0.5)
        # The skip was withdrawn: once the activity is done the case does not leap on by itself.
        assert await timeskip.now(temporal_client, case.id) - stood < NEAR
        await case.execute_update(DailyCase.end)
        await case.result()


@pytest.mark.usefixtures("worker")
async def test_too_many_timers_are_told_with_the_days(temporal_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def bounded(*_: object) -> bool:
        return False  # after 20 seconds, and with a bound that is soon reached, the server says so

    monkeypatch.setattr(TimeSkipper, "fast_forward", bounded)
    case = await temporal_client.start_workflow(DailyCase.run, QUEUE, id="skip-bounded", task_queue=QUEUE)
    with pytest.raises(timeskip.SkipStalled, match="，9 天未能过完"):
        await timeskip.skip(temporal_client, case.id, 9 * DAY)
    await case.execute_update(DailyCase.end)


@pytest.mark.usefixtures("worker")
async def test_another_skip_of_the_same_case_is_told(temporal_client: Client) -> None:
    """Not as if there were no server."""
    case = await temporal_client.start_workflow(DailyCase.run, "nobody-else", id="skip-twice", task_queue=QUEUE)
    first = asyncio.create_task(timeskip.skip(temporal_client, case.id, 9 * DAY))
    async with asyncio.timeout(20):
        while await timeskip.now(temporal_client, case.id) - datetime.now(UTC) < NEAR:
            await asyncio.sleep(0.05)
    with pytest.raises(timeskip.SkipStalled, match="停在"):
        await timeskip.skip(temporal_client, case.id, 9 * DAY, patience=1)
    with pytest.raises(timeskip.SkipStalled, match="另一次快进"):
        await first


@workflow.defn
class StubbornCase:
    """Asks a department for something it never does."""

    @workflow.run
    async def run(self, queue: str) -> None:
        pauses = RetryPolicy(initial_interval=timedelta(hours=1), backoff_coefficient=1)
        await workflow.execute_activity(refuse, 1, task_queue=queue, start_to_close_timeout=DAY, retry_policy=pauses)


@activity.defn
async def refuse(_: int) -> None:
    raise OSError("nobody there")


async def test_a_department_that_cannot_be_reached_is_named(
    temporal_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its retries are all that time has left to pass over."""
    monkeypatch.setattr(timeskip, "MAX_SKIPS", 5)
    queue, runner = department_queue("market"), UnsandboxedWorkflowRunner()
    async with (
        Worker(temporal_client, task_queue="stubborn", workflows=[StubbornCase], workflow_runner=runner),
        Worker(temporal_client, task_queue=queue, activities=[refuse]),
    ):
        case = await temporal_client.start_workflow(StubbornCase.run, queue, id="skip-away", task_queue="stubborn")
        with pytest.raises(timeskip.SkipStalled, match="部门 market 联系不上，办件在反复重试"):
            await timeskip.skip(temporal_client, case.id, 60 * DAY, patience=2)
        await case.terminate()


async def test_a_case_nobody_knows_has_no_time(temporal_client: Client) -> None:
    with pytest.raises(RPCError):
        await timeskip.skip(temporal_client, "no-such-case", DAY)


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    ("case_no", "code", "told", "times"),
    [("skip-by-hand-0", 0, "只快进了这个办件", 1), ("no-such-case", 1, "错误：没有这个办件\n", 6)],
    ids=["skipped", "refused"],
)
async def test_by_hand_no_thread_outlives_the_command(
    temporal_client: Client,
    temporal_server: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    case_no: str,
    code: int,
    told: str,
    times: int,
) -> None:
    """One that did aborted the interpreter at its end, now and then. What is refused left one in a quarter of all
    tries, hence several."""
    await temporal_client.start_workflow(DailyCase.run, QUEUE, id=f"skip-by-hand-{code}", task_queue=QUEUE)
    made: list[weakref.ref[Runtime]] = []

    def runtime(**given: Any) -> Runtime:
        found = Runtime(**given)
        made.append(weakref.ref(found))
        return found

    monkeypatch.setattr(portal, "Runtime", runtime)
    (tmp_path / "secrets").mkdir()
    TokenAuthority.generate().save(tmp_path / "secrets" / "token-keys.json")
    ports = {"temporal": int(temporal_server.rpartition(":")[2])}
    (tmp_path / "stack.json").write_text(json.dumps({"ports": ports, "urls": {"intake": "http://127.0.0.1:1"}}))
    arguments = ["--state", str(tmp_path), "skip", case_no, "--days", "3"]
    for _ in range(times):
        result = await asyncio.to_thread(CliRunner().invoke, portal.main, arguments)
        assert result.exit_code == code, result.output
        assert told in result.stderr
    assert [left() for left in made] == [None] * times
    if code == 0:
        assert datetime.fromisoformat(result.stdout.strip()) - datetime.now(UTC) > 2 * DAY
        assert result.stdout.strip().endswith("+08:00")
