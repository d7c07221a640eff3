"""The bare shape: what Temporal alone needs for a case like ours. Nothing but submissions, decisions, two last calls.

Five steps side by side, each one activity and one Update from outside; two activities at the end. No database, no
HTTP, no encryption.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

QUEUE = "bench-bare"
STEPS = 5
_TIMEOUT = timedelta(seconds=60)


class Shape(StrEnum):
    """What a case is like; its number begins with it."""

    TOGETHER = "together"
    """All in one worker, decisions at once: the least that Temporal can need."""
    SPREAD = "spread"
    """Decisions over a second, so that each comes by itself and costs a workflow task of its own, as over HTTP."""
    DIVIDED = "divided"
    """Spread, and activities on queues of other workers, as services that are apart need it: no eager execution."""

    @classmethod
    def of(cls, case_no: str) -> Shape:
        return cls(case_no.split("-")[0])


@dataclass
class Submission:
    case_no: str
    step: int


def services_queue(case_no: str, step: int) -> str:
    return f"{QUEUE}-{step}" if Shape.of(case_no) is Shape.DIVIDED else QUEUE


@workflow.defn
class BareCase:
    def __init__(self) -> None:
        self._decided: set[int] = set()

    @workflow.run
    async def run(self, case_no: str) -> int:
        await asyncio.gather(*(self._step(case_no, step) for step in range(STEPS)))
        for _ in range(2):
            queue = services_queue(case_no, 0)
            await workflow.execute_activity("finish", case_no, task_queue=queue, start_to_close_timeout=_TIMEOUT)
        return len(self._decided)

    async def _step(self, case_no: str, step: int) -> None:
        submission = Submission(case_no, step)
        queue = services_queue(case_no, step)
        await workflow.execute_activity("submit", submission, task_queue=queue, start_to_close_timeout=_TIMEOUT)
        await workflow.wait_condition(lambda: step in self._decided)

    @workflow.update
    def decide(self, step: int) -> str:
        self._decided.add(step)
        return "granted"


class Departments:
    """Decides each submission from outside: at once, or after up to a second."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._deciding: set[asyncio.Task[None]] = set()

    @activity.defn(name="submit")
    async def submit(self, submission: Submission) -> None:
        task = asyncio.create_task(self._decide(submission))
        self._deciding.add(task)
        task.add_done_callback(self._deciding.discard)

    async def _decide(self, submission: Submission) -> None:
        if Shape.of(submission.case_no) is not Shape.TOGETHER:
            await asyncio.sleep(random.random())
        handle = self._client.get_workflow_handle_for(BareCase.run, submission.case_no)
        await handle.execute_update(BareCase.decide, submission.step, id=f"decide-{submission.step}")

    @activity.defn(name="finish")
    async def finish(self, case_no: str) -> None:
        return None


def workers(client: Client) -> list[Worker]:
    """One worker for the workflow and its activities, tuned as ours are, and one for each queue of its own."""
    departments = Departments(client)
    activities = [departments.submit, departments.finish]
    apart = [
        Worker(
            client,
            task_queue=f"{QUEUE}-{step}",
            activities=activities,
            activity_task_poller_behavior=PollerBehaviorAutoscaling(initial=1, minimum=1, maximum=20),
        )
        for step in range(STEPS)
    ]
    return [_workflow_worker(client, activities), *apart]


def _workflow_worker(client: Client, activities: list[Callable[..., Any]]) -> Worker:
    return Worker(
        client,
        task_queue=QUEUE,
        workflows=[BareCase],
        activities=activities,
        workflow_runner=SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules("bare")
        ),
        max_cached_workflows=2000,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(initial=5, minimum=2, maximum=50),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(initial=5, minimum=2, maximum=50),
        max_eager_activity_reservations_per_workflow_task=8,
    )


async def run_case(client: Client, case_no: str) -> None:
    await client.execute_workflow(BareCase.run, case_no, id=case_no, task_queue=QUEUE)
