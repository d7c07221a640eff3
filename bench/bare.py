"""The bare shape: what Temporal alone needs for a case like ours. Nothing but submissions, decisions, two last calls.

Five steps side by side, each one activity and one Update from outside; three deadlines that never fire; two upserts of
search attributes; two activities at the end. No database, no HTTP, no encryption, all in one worker.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker
from temporalio.worker.workflow_sandbox import SandboxRestrictions

from lianban.contracts.search_attributes import CASE_STATUS
from lianban.platform.workflow_runner import ContextFreeSandbox

QUEUE = "bench-bare"
STEPS = 5
_TIMEOUT = timedelta(seconds=60)


class Shape(StrEnum):
    """When the decisions of a case come; its number begins with it."""

    TOGETHER = "together"
    """At once: several in one workflow task. The least that Temporal can need."""
    ONE_BY_ONE = "one by one"
    """Over a second, so that each costs a workflow task of its own, as decisions over HTTP do."""

    @classmethod
    def of(cls, case_no: str) -> Shape:
        return cls(case_no.split("-")[0])


@dataclass
class Submission:
    case_no: str
    step: int


@workflow.defn
class BareCase:
    def __init__(self) -> None:
        self._decided: set[int] = set()

    @workflow.run
    async def run(self, case_no: str) -> int:
        deadlines = [asyncio.create_task(asyncio.sleep(days * 86_400)) for days in (5, 20, 30)]
        await asyncio.gather(*(self._step(case_no, step) for step in range(STEPS)))
        for status in ("delivering", "completed"):
            workflow.upsert_search_attributes([CASE_STATUS.value_set(status)])
            await workflow.execute_activity("finish", case_no, start_to_close_timeout=_TIMEOUT)
        for deadline in deadlines:
            deadline.cancel()
        return len(self._decided)

    async def _step(self, case_no: str, step: int) -> None:
        await workflow.execute_activity("submit", Submission(case_no, step), start_to_close_timeout=_TIMEOUT)
        await workflow.wait_condition(lambda: step in self._decided)

    @workflow.update
    def decide(self, step: int) -> str:
        self._decided.add(step)
        return "granted"


@workflow.defn
class Updated:
    """Takes Updates until it is told to end."""

    def __init__(self) -> None:
        self._decided: list[str] = []
        self._ended = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self._ended)

    @workflow.update
    def decide(self, act: str) -> str:
        self._decided.append(act)
        return "granted"

    @workflow.signal
    def end(self) -> None:
        self._ended = True


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
        if Shape.of(submission.case_no) is Shape.ONE_BY_ONE:
            await asyncio.sleep(random.random())
        handle = self._client.get_workflow_handle_for(BareCase.run, submission.case_no)
        await handle.execute_update(BareCase.decide, submission.step, id=f"decide-{submission.step}")

    @activity.defn(name="finish")
    async def finish(self, case_no: str) -> None:
        return None


def worker(client: Client) -> Worker:
    departments = Departments(client)
    return tuned(client, QUEUE, workflows=[BareCase], activities=[departments.submit, departments.finish])


def tuned(client: Client, queue: str, **hosted: Any) -> Worker:
    """As our workers are, but with pollers that grow: bare Temporal is to be at its fastest."""
    return Worker(
        client,
        task_queue=queue,
        **hosted,
        workflow_runner=ContextFreeSandbox(
            restrictions=SandboxRestrictions.default.with_passthrough_modules("bare", "lianban")
        ),
        max_cached_workflows=2000,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(initial=5, minimum=2, maximum=50),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(initial=5, minimum=2, maximum=50),
        max_eager_activity_reservations_per_workflow_task=8,
    )


async def run_case(client: Client, case_no: str) -> None:
    await client.execute_workflow(BareCase.run, case_no, id=case_no, task_queue=QUEUE)
