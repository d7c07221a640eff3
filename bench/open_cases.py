"""Many cases that are filed and stay open, faster than the whole stack files them.

An application goes over HTTP through the intake's own filing into its database and its outbox, and a CaseWorkflow runs
on the real server with the real orchestrator, as always. Left out is what departments and notify would do with it:
their services, and the sandbox, are stopped, and this process takes over what the case hands them. It answers the
case's activities at once, brings their events to the intake in batches, by the activity by which the services' relays
do, and does nothing more. Histories and rows are those of a case whose departments all have it and do not decide.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import asyncpg
from temporalio import activity
from temporalio.client import Client

from lianban.catalog.terms import DeliveryMode
from lianban.contracts import names
from lianban.contracts.events import CaseEvent, EventBatch, RecordedEvents
from lianban.contracts.orders import MessageOrder, TaskOrders
from lianban.platform.retry import RECORD
from lianban.platform.temporal import make_worker
from lianban_sandbox.portal.client import PortalClient
from lianban_sandbox.portal.filing import Filer
from lianban_sandbox.portal.state import RunningStack
from lianban_stack.stack import Stack
from lianban_stack.supervision import Supervisor
from whole import ANSWERS, THEME

REPLACED: Final = ("adapters", "notify", "sandbox")
_GATHER: Final = 0.5  # seconds for events to gather
_WAVE: Final = 250  # cases filed while those before them open: no backlog but that of one wave
_MOST: Final = 200  # cases handed over at once
_LOOK_AGAIN: Final = 0.5  # seconds


class StandIn:
    """Departments and notify, as far as a case that nobody decides sees them."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._waiting: dict[str, list[CaseEvent]] = defaultdict(list)
        self._numbers = itertools.count(1)

    @activity.defn(name=names.ACTIVITY_SUBMIT_TASKS)
    async def submit_tasks(self, orders: TaskOrders) -> None:
        for order in orders.tasks:
            self._waiting[order.case_no] += order.events

    @activity.defn(name=names.ACTIVITY_SEND_MESSAGE)
    async def send_message(self, order: MessageOrder) -> None:
        self._waiting[order.case_no] += order.events

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Takes over from adapters and notify. A failure to record ends what is done meanwhile."""
        async with asyncio.TaskGroup() as group, contextlib.AsyncExitStack() as stack:
            for queue, doing in ((names.QUEUE_DEPARTMENTS, self.submit_tasks), (names.QUEUE_NOTIFY, self.send_message)):
                await stack.enter_async_context(make_worker(self._client, queue, activities=[doing]))
            relaying = group.create_task(self._relay())
            try:
                yield
            finally:
                relaying.cancel()

    async def _relay(self) -> None:
        while True:
            await asyncio.sleep(_GATHER)
            while self._waiting:
                taken = [(case_no, self._waiting.pop(case_no)) for case_no in list(self._waiting)[:_MOST]]
                cases = tuple(RecordedEvents(case_no=case_no, events=tuple(events)) for case_no, events in taken)
                await self._client.execute_activity(
                    names.ACTIVITY_RECORD_EVENTS,
                    EventBatch(cases=cases),
                    id=f"bench-events-{next(self._numbers)}",
                    task_queue=names.QUEUE_INTAKE,
                    start_to_close_timeout=timedelta(seconds=60),
                    retry_policy=RECORD,
                )


async def file_open_cases(stack: Stack, client: Client, database: str, cases: int, at_once: int) -> list[str]:
    """Their numbers, once the intake knows every case as accepted, and every step of it as with its department."""
    running = RunningStack.read(stack.state.root)
    async with running.portal("bench") as portal:
        filer = await Filer.prepare(portal, THEME, answers=ANSWERS, delivery=DeliveryMode.ELECTRONIC)
        body = await filer.build("bench")
        await asyncio.to_thread(Supervisor(stack.state).stop, REPLACED)
        numbers: list[str] = []
        async with StandIn(client).working():
            began = time.perf_counter()
            for first in range(0, cases, _WAVE):
                left = iter(range(first, min(first + _WAVE, cases)))

                async def lane(left: Iterator[int]) -> None:
                    for number in left:
                        numbers.append(await _file(portal, body, number))

                async with asyncio.TaskGroup() as lanes:
                    for _ in range(at_once):
                        lanes.create_task(lane(left))
                await _until_open(database, first)
            await _until_open(database, cases)
            seconds = time.perf_counter() - began
    print(f"{cases} cases filed and open in {seconds:.0f} s: {cases / seconds:.1f} cases/s", flush=True)
    return numbers


async def _file(portal: PortalClient, body: dict[str, object], number: int) -> str:
    source = {"system": portal.system, "number": f"bench-{number}"}
    return str((await portal.file({**body, "source": source}, f"bench-{number}"))["case_no"])


async def _until_open(database: str, cases: int) -> None:
    """One small query for all, as the intake knows them."""
    connection = await asyncpg.connect(database)
    try:
        while await connection.fetchval(_OPEN) < cases:  # noqa: ASYNC110 - a row elsewhere, no event of this process
            await asyncio.sleep(_LOOK_AGAIN)
    finally:
        await connection.close()


_OPEN: Final = """
SELECT count(*) FROM intake.cases AS c
WHERE c.status = 'in_progress' AND c.promised_due IS NOT NULL
    AND NOT EXISTS (SELECT FROM intake.case_steps AS s WHERE s.case_no = c.case_no AND s.state = 'waiting')
"""
