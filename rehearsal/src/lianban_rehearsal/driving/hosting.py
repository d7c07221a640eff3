"""The workers of a rehearsal: the orchestrator as it is, and services that take note of nothing."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from lianban.catalog.plan import Plan
from lianban.contracts import names
from lianban.contracts.events import EventBatch
from lianban.contracts.orders import (
    DeliveryOrder,
    DeliveryReceipt,
    MessageOrder,
    TaskOrder,
    TaskReceipt,
    TaskSupplement,
    TaskWithdrawal,
)
from lianban.contracts.status import DeliveryState
from lianban.platform.temporal import make_worker
from lianban_orchestrator.worker import case_worker


class Departments:
    """Where tasks arrive: whoever carries a case out is told of them."""

    def __init__(self) -> None:
        self._told: dict[str, Callable[[TaskOrder], None]] = {}

    @contextlib.contextmanager
    def telling(self, case_no: str, told: Callable[[TaskOrder], None]) -> Iterator[None]:
        self._told[case_no] = told
        try:
            yield
        finally:
            del self._told[case_no]

    @activity.defn(name=names.ACTIVITY_SUBMIT_TASK)
    async def submit_task(self, order: TaskOrder) -> TaskReceipt:
        if told := self._told.get(order.case_no):
            told(order)
        return TaskReceipt(channel="rehearsal")


@activity.defn(name=names.ACTIVITY_WITHDRAW_TASK)
async def _withdraw_task(order: TaskWithdrawal) -> None:
    return None


@activity.defn(name=names.ACTIVITY_SUPPLEMENT_TASK)
async def _supplement_task(order: TaskSupplement) -> None:
    return None


@activity.defn(name=names.ACTIVITY_RECORD_EVENTS)
async def _record_events(batch: EventBatch) -> None:
    return None


@activity.defn(name=names.ACTIVITY_SEND_MESSAGE)
async def _send_message(order: MessageOrder) -> None:
    return None


@activity.defn(name=names.ACTIVITY_DELIVER_RESULTS)
async def _deliver_results(order: DeliveryOrder) -> DeliveryReceipt:
    return DeliveryReceipt(state=DeliveryState.SIGNED)  # delivery is the courier's time, and not rehearsed


async def open_client(address: str) -> Client:
    """Payloads stay readable: nothing here is about anybody."""
    return await Client.connect(address, data_converter=pydantic_data_converter)


@contextlib.asynccontextmanager
async def hosted(client: Client, plan: Plan) -> AsyncIterator[Departments]:
    """Workers for everything a case of this plan asks for."""
    departments = Departments()
    async with contextlib.AsyncExitStack() as stack:
        workers = [
            case_worker(client),
            make_worker(client, names.QUEUE_INTAKE, activities=[_record_events]),
            make_worker(client, names.QUEUE_NOTIFY, activities=[_send_message, _deliver_results]),
        ]
        for department in sorted({plan.lead_department, *(step.department for step in plan.steps)}):
            theirs: list[Callable[..., Any]] = [departments.submit_task, _withdraw_task, _supplement_task]
            workers.append(make_worker(client, names.department_queue(department), activities=theirs))
        for worker in workers:
            await stack.enter_async_context(worker)
        yield departments
