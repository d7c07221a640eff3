"""The workers of a rehearsal: the orchestrator as it is, and services that take note of nothing."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

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
from lianban_orchestrator.workflows.case import CaseWorkflow


@activity.defn(name=names.ACTIVITY_SUBMIT_TASK)
async def _submit_task(order: TaskOrder) -> TaskReceipt:
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
async def hosted(client: Client, plan: Plan) -> AsyncIterator[None]:
    """Workers for everything a case of this plan asks for."""
    async with contextlib.AsyncExitStack() as stack:
        workers = [
            make_worker(client, names.QUEUE_ORCHESTRATOR, workflows=[CaseWorkflow]),
            make_worker(client, names.QUEUE_INTAKE, activities=[_record_events]),
            make_worker(client, names.QUEUE_NOTIFY, activities=[_send_message, _deliver_results]),
        ]
        for department in sorted({plan.lead_department, *(step.department for step in plan.steps)}):
            queue = names.department_queue(department)
            workers.append(make_worker(client, queue, activities=[_submit_task, _withdraw_task, _supplement_task]))
        for worker in workers:
            await stack.enter_async_context(worker)
        yield
