"""One of eight departments is down for three weeks: real cases on the real server, whose time is skipped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from adapters_world import decision
from isolation_world import Adapters, IsolationWorld, answers_500
from temporalio import activity
from temporalio.client import Client, WorkflowHandle

from fixtures.plans import make_case, make_plan, make_step
from lianban.contracts import names
from lianban.contracts.case import CaseProgress, CaseResult
from lianban.contracts.orders import DeliveryOrder, DeliveryReceipt, MessageOrder
from lianban.contracts.status import CaseStatus, DeliveryState, StepState
from lianban.platform.temporal import make_worker
from lianban_orchestrator.worker import case_worker
from lianban_sandbox.timeskip import skip

DEPARTMENTS = "abcdefgh"
DOWN = "dept-of-h"
CASES = 6
QUEUE = "three-weeks-cases"

_AGAIN = make_step("again", after=("a",), deliverable=False).model_copy(update={"department": DOWN})
PLAN = make_plan(*(make_step(code, deliverable=False) for code in DEPARTMENTS), _AGAIN)
"""Eight steps side by side, each another department's, and one more of the last department's after the first step."""


@activity.defn(name=names.ACTIVITY_SEND_MESSAGE)
async def send_message(_order: MessageOrder) -> None:
    """The applicant is told."""


@activity.defn(name=names.ACTIVITY_DELIVER_RESULTS)
async def deliver_results(_order: DeliveryOrder) -> DeliveryReceipt:
    return DeliveryReceipt(state=DeliveryState.SIGNED)


@pytest.fixture(scope="module")
async def world(adapters: Adapters, temporal_client: Client) -> AsyncIterator[IsolationWorld]:
    departments: dict[str, dict[str, Any]] = {f"dept-of-{code}": {} for code in DEPARTMENTS}
    notify = make_worker(temporal_client, names.QUEUE_NOTIFY, activities=[send_message, deliver_results])
    async with (
        case_worker(temporal_client, QUEUE),
        notify,
        adapters(departments) as made,
    ):
        yield made


async def grant(world: IsolationWorld, case_no: str, step: str, department: str) -> None:
    answer = await world.callback(department, decision(case_no, step))
    assert (answer.status_code, answer.json()["step_state"]) == (200, "granted")


async def states(case: WorkflowHandle[Any, CaseResult]) -> dict[str, StepState]:
    progress = await case.query(names.QUERY_PROGRESS, result_type=CaseProgress)
    return {step.code: step.state for step in progress.steps}


async def test_one_of_eight_departments_down_for_three_weeks(world: IsolationWorld) -> None:
    world.systems.fault[DOWN] = answers_500
    cases = []
    for number in range(CASES):
        case = make_case(f"weeks-{number}", PLAN, received_at=datetime.now(UTC))
        cases.append(
            await world.temporal.start_workflow(
                names.CASE_WORKFLOW, case, id=case.case_no, task_queue=QUEUE, result_type=CaseResult
            )
        )
    working = [f"dept-of-{code}" for code in DEPARTMENTS if f"dept-of-{code}" != DOWN]
    await world.until(lambda: all(len(world.systems.tasks_of(code)) == CASES for code in working), 30)
    for case in cases:
        for code in DEPARTMENTS[1:-1]:
            await grant(world, case.id, code, f"dept-of-{code}")
    # The first step is decided on another day in each case, the last case first: that opens one more step of the
    # department that is down.
    for number, case in enumerate(cases):
        day = timedelta(days=15 - 2 * number)
        await skip(world.temporal, case.id, day)
        await grant(world, case.id, "a", "dept-of-a")
        await world.until(lambda number=number: _waiting(world, CASES + number + 1))  # type: ignore[misc]
        await skip(world.temporal, case.id, timedelta(days=21) - day)
    for case in cases:
        assert await states(case) == {
            **dict.fromkeys(DEPARTMENTS[:-1], StepState.GRANTED),
            "h": StepState.OPEN,
            "again": StepState.OPEN,
        }
    status = await world.status(DOWN)
    assert (status["backlog"], status["last_success_at"]) == (2 * CASES, None)
    assert status["circuit"] in ("open", "half_open")
    for code in working:
        assert (await world.status(code))["circuit"] == "closed"

    del world.systems.fault[DOWN]
    await world.until(lambda: len(world.systems.tasks_of(DOWN)) == 2 * CASES, 30)
    heard = world.systems.tasks_of(DOWN)
    tasks = await world.tasks(DOWN)
    assert heard == sorted(heard, key=lambda task: tasks[task]["received_at"])
    assert heard[CASES:] == [f"{case.id}:again" for case in reversed(cases)]
    assert set(heard[:CASES]) == {f"{case.id}:h" for case in cases}
    for task in heard:
        case_no, step = task.split(":")
        await grant(world, case_no, step, DOWN)
    results = await asyncio.gather(*(case.result() for case in cases))
    assert {result.status for result in results} == {CaseStatus.COMPLETED}


async def _waiting(world: IsolationWorld, number: int) -> bool:
    return len(await world.tasks(DOWN)) == number
