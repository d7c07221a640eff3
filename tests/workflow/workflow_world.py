"""Services that answer as they are told, and one case among them."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.testing import TimeSkipper

from lianban.catalog.plan import Plan
from lianban.contracts import names
from lianban.contracts.acts import ActOutcome, DeliveryAct, DepartmentAct, Withdrawal
from lianban.contracts.case import CaseProgress, CaseResult
from lianban.contracts.events import CaseEvent, EventBatch
from lianban.contracts.orders import (
    DeliveryOrder,
    DeliveryReceipt,
    MessageOrder,
    TaskOrder,
    TaskReceipt,
    TaskWithdrawal,
)
from lianban.contracts.status import DeliveryState


class Services:
    """Intake, departments and notify, as far as a case sees them. Everything they are told is kept."""

    def __init__(self) -> None:
        self.tasks: list[TaskOrder] = []
        self.withdrawn: list[TaskWithdrawal] = []
        self.messages: list[MessageOrder] = []
        self.deliveries: list[DeliveryOrder] = []
        self.recorded: list[CaseEvent] = []
        self.relayed: list[CaseEvent] = []
        self.down: set[str] = set()
        self.broken: set[str] = set()
        self.delivered = DeliveryState.ORDERED
        self._told = asyncio.Event()

    def forget(self) -> None:
        """Before the next case of the same services."""
        for told in (self.tasks, self.withdrawn, self.messages, self.deliveries, self.recorded, self.relayed):
            told.clear()

    def _tell(self) -> None:
        self._told.set()

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait for something a service is told."""
        while not condition():
            self._told.clear()
            await self._told.wait()

    @activity.defn(name=names.ACTIVITY_SUBMIT_TASK)
    async def submit_task(self, order: TaskOrder) -> TaskReceipt:
        if order.department in self.broken:
            raise ApplicationError("cannot be sent", non_retryable=True)
        if order.department in self.down:
            raise ConnectionError("department is down")
        self.tasks.append(order)
        self.relayed += order.events
        self._tell()
        return TaskReceipt(channel="test")

    @activity.defn(name=names.ACTIVITY_WITHDRAW_TASK)
    async def withdraw_task(self, order: TaskWithdrawal) -> None:
        self.withdrawn.append(order)
        self._tell()

    @activity.defn(name=names.ACTIVITY_SEND_MESSAGE)
    async def send_message(self, order: MessageOrder) -> None:
        self.messages.append(order)
        self.relayed += order.events
        self._tell()

    @activity.defn(name=names.ACTIVITY_DELIVER_RESULTS)
    async def deliver_results(self, order: DeliveryOrder) -> DeliveryReceipt:
        self.deliveries.append(order)
        self.relayed += order.events
        self._tell()
        return DeliveryReceipt(state=self.delivered)

    @activity.defn(name=names.ACTIVITY_RECORD_EVENTS)
    async def record_events(self, batch: EventBatch) -> None:
        for case in batch.cases:
            self.recorded += case.events
        self._tell()


class Case:
    """One running case and what a test does to it."""

    def __init__(
        self,
        client: Client,
        handle: WorkflowHandle[Any, CaseResult],
        services: Services,
    ) -> None:
        self.handle = handle
        self.services = services
        self._skipper = TimeSkipper(client)
        self.events: list[CaseEvent] = []

    async def act(self, act: DepartmentAct) -> ActOutcome:
        return await self._update(names.UPDATE_ACT, act, act.act_id)

    async def act_together(self, acts: Sequence[DepartmentAct]) -> None:
        """All within the same moment, as when several departments answer at once."""
        await asyncio.gather(*(self.act(act) for act in acts))

    async def withdraw(self) -> ActOutcome:
        return await self._update(names.UPDATE_WITHDRAW, Withdrawal(act_id="w"), "w")

    async def deliver(self, state: DeliveryState, shipment: int = 1) -> ActOutcome:
        act = DeliveryAct(act_id=f"{shipment}:{state}", state=state, occurred_at=datetime.now(UTC), shipment=shipment)
        return await self._update(names.UPDATE_DELIVERY, act, act.act_id)

    async def _update(self, update: str, argument: Any, identity: str) -> ActOutcome:
        outcome: ActOutcome = await self.handle.execute_update(update, argument, id=identity, result_type=ActOutcome)
        self.events += outcome.events
        return outcome

    async def progress(self) -> CaseProgress:
        return await self.handle.query(names.QUERY_PROGRESS, result_type=CaseProgress)

    async def skip(self, **duration: float) -> None:
        """Let time pass for this case."""
        await self._skipper.fast_forward(self.handle, timedelta(**duration))

    async def history_events(self) -> int:
        return len([event async for event in self.handle.fetch_history_events()])

    def all_events(self) -> list[CaseEvent]:
        """Everything the intake would know, in order."""
        services = self.services
        return sorted([*self.events, *services.relayed, *services.recorded], key=lambda event: event.seq)


StartCase = Callable[..., Any]
HISTORIES = Path(__file__).resolve().parents[1] / "histories"
RECORDING = bool(os.environ.get("LIANBAN_RECORD_HISTORIES"))
_numbers = itertools.count(1)


def hosted_by(plan: Plan, services: Services) -> dict[str, Sequence[Callable[..., Any]]]:
    queues: dict[str, list[Callable[..., Any]]] = defaultdict(list)
    for department in {plan.lead_department, *(step.department for step in plan.steps)}:
        queues[names.department_queue(department)] = [services.submit_task, services.withdraw_task]
    queues[names.QUEUE_INTAKE] = [services.record_events]
    queues[names.QUEUE_NOTIFY] = [services.send_message, services.deliver_results]
    return queues
