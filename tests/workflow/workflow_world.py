"""Services that answer as they are told, and one case among them."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import TimeSkipper

from fixtures.plans import CALENDAR
from lianban.catalog.plan import Plan
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import local_date, start_of_day
from lianban.contracts import names
from lianban.contracts.acts import ActOutcome, DeliveryAct, DepartmentAct, Recalendar, Supplement, Withdrawal
from lianban.contracts.case import CaseProgress, CaseResult, StepProgress
from lianban.contracts.events import CaseEvent, EventBatch
from lianban.contracts.orders import (
    DeliveryOrder,
    DeliveryReceipt,
    MessageOrder,
    TaskOrder,
    TaskOrders,
    TaskReceipt,
    TaskSupplement,
    TaskWithdrawal,
)
from lianban.contracts.status import DeliveryState, MessageKind


class Services:
    """Intake, departments and notify, as far as a case sees them. Everything they are told is kept."""

    def __init__(self) -> None:
        self.tasks: list[TaskOrder] = []
        self.handed_over: list[TaskOrders] = []
        self.withdrawn: list[TaskWithdrawal] = []
        self.supplemented: list[TaskSupplement] = []
        self.messages: list[MessageOrder] = []
        self.deliveries: list[DeliveryOrder] = []
        self.recorded: list[CaseEvent] = []
        self.relayed: list[CaseEvent] = []
        self.down: set[str] = set()
        self.broken: set[MessageKind] = set()
        self.delivered = DeliveryState.ORDERED
        self._told = asyncio.Event()

    def forget(self) -> None:
        """Before the next case of the same services."""
        told: tuple[list[Any], ...] = (self.tasks, self.withdrawn, self.supplemented, self.messages, self.deliveries)
        for kept in (*told, self.handed_over, self.recorded, self.relayed):
            kept.clear()

    def _tell(self) -> None:
        self._told.set()

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait for something a service is told."""
        while not condition():
            self._told.clear()
            await self._told.wait()

    @activity.defn(name=names.ACTIVITY_SUBMIT_TASKS)
    async def submit_tasks(self, orders: TaskOrders) -> None:
        if names.QUEUE_DEPARTMENTS in self.down:
            raise ConnectionError("the adapters are down")
        self.handed_over.append(orders)
        for order in orders.tasks:
            self.tasks.append(order)
            self.relayed += order.events
        self._tell()

    @activity.defn(name=names.ACTIVITY_SUBMIT_TASK)
    async def submit_task(self, order: TaskOrder) -> TaskReceipt:
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

    @activity.defn(name=names.ACTIVITY_SUPPLEMENT_TASK)
    async def supplement_task(self, order: TaskSupplement) -> None:
        self.supplemented.append(order)
        self.relayed += order.events
        self._tell()

    @activity.defn(name=names.ACTIVITY_SEND_MESSAGE)
    async def send_message(self, order: MessageOrder) -> None:
        if order.kind in self.broken:
            raise ApplicationError("cannot be sent", non_retryable=True)
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
        self._skipped = timedelta(0)
        self.events: list[CaseEvent] = []

    async def act(self, act: DepartmentAct) -> ActOutcome:
        return await self._update(names.UPDATE_ACT, act, act.act_id)

    async def act_together(self, acts: Sequence[DepartmentAct]) -> None:
        """All within the same moment, as when several departments answer at once."""
        await asyncio.gather(*(self.act(act) for act in acts))

    async def supplement(self, step: str, act_id: str = "s") -> ActOutcome:
        return await self._update(names.UPDATE_SUPPLEMENT, Supplement(act_id=act_id, step=step), act_id)

    async def recalendar(self, calendar: CalendarSnapshot) -> ActOutcome:
        act_id = f"calendar:{calendar.version}"
        return await self._update(names.UPDATE_RECALENDAR, Recalendar(act_id=act_id, calendar=calendar), act_id)

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

    async def refused(self, doing: Awaitable[ActOutcome]) -> tuple[str | None, str]:
        """What an act was refused as, and by which rule; the case has not changed."""
        before = await self.progress()
        with pytest.raises(WorkflowUpdateFailedError) as caught:
            await doing
        assert await self.progress() == before
        cause = caught.value.cause
        assert isinstance(cause, ApplicationError)
        return cause.type, cause.details[0]

    async def step(self, code: str) -> StepProgress:
        return next(step for step in (await self.progress()).steps if step.code == code)

    def now(self) -> datetime:
        """The case's own time."""
        return datetime.now(UTC) + self._skipped

    def today(self) -> date:
        return local_date(self.now())

    async def skip(self, **duration: float) -> None:
        """Let time pass for this case."""
        await self._skip(timedelta(**duration))

    async def skip_to(self, day: date) -> None:
        """Let time pass until 09:00 of that day in Shanghai."""
        await self._skip(start_of_day(day) + timedelta(hours=9) - self.now())

    async def _skip(self, duration: timedelta) -> None:
        self._skipped += duration
        await self._skipper.fast_forward(self.handle, duration)

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
        queues[names.department_queue(department)] = [
            services.submit_task,
            services.withdraw_task,
            services.supplement_task,
        ]
    queues[names.QUEUE_DEPARTMENTS] = [services.submit_tasks]
    queues[names.QUEUE_INTAKE] = [services.record_events]
    queues[names.QUEUE_NOTIFY] = [services.send_message, services.deliver_results]
    return queues


async def opened(case: Case, steps: int = 1) -> Services:
    """Its first steps are with their departments."""
    services: Services = case.services
    await services.until(lambda: len(services.tasks) == steps and services.messages)
    return services


def after(start: date, days: int, calendar: CalendarSnapshot = CALENDAR) -> date:
    return calendar.add_working_days(start, days)


async def dates_of(case: Case, step: str) -> tuple[date, date | None]:
    due = (await case.step(step)).due
    assert due is not None
    return due.promised, due.legal


def told(services: Services, kind: MessageKind) -> list[int | None]:
    return [message.about for message in services.messages if message.kind is kind]
