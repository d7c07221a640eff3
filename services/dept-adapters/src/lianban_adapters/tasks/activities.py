"""Activities of the departments' queues. A task a department does not take yet waits here, and its activity is done;
what else fails for now is left to the retry policy of the case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from lianban.contracts import names
from lianban.contracts.orders import TaskOrder, TaskOrders, TaskReceipt, TaskSupplement, TaskWithdrawal
from lianban_adapters.channels.port import Unavailable
from lianban_adapters.dossiers.client import DossierUnavailable
from lianban_adapters.isolation.handover import Handover
from lianban_adapters.tasks.service import Tasks


class TaskActivities:
    def __init__(self, tasks: Tasks, handover: Handover) -> None:
        self._tasks = tasks
        self._handover = handover

    @property
    def of_a_department(self) -> Sequence[Callable[..., Any]]:
        return (self.submit_task, self.supplement_task, self.withdraw_task)

    @property
    def of_all(self) -> Sequence[Callable[..., Any]]:
        return (self.submit_tasks,)

    @activity.defn(name=names.ACTIVITY_SUBMIT_TASKS)
    async def submit_tasks(self, orders: TaskOrders) -> None:
        await self._handover.take(orders.tasks)

    @activity.defn(name=names.ACTIVITY_SUBMIT_TASK)
    async def submit_task(self, order: TaskOrder) -> TaskReceipt:
        try:
            return await self._tasks.submit(order)
        except DossierUnavailable as error:
            await self._tasks.note(order, "暂时取不到卷宗")
            raise _again("DossierUnavailable", str(error), error.retry_after) from None

    @activity.defn(name=names.ACTIVITY_SUPPLEMENT_TASK)
    async def supplement_task(self, order: TaskSupplement) -> None:
        try:
            await self._tasks.supplement(order)
        except Unavailable as error:
            await self._tasks.note_supplement(order, error.reason)
            raise _again("DepartmentUnavailable", error.reason, error.retry_after) from None
        except DossierUnavailable as error:
            await self._tasks.note_supplement(order, "暂时取不到卷宗")
            raise _again("DossierUnavailable", str(error), error.retry_after) from None

    @activity.defn(name=names.ACTIVITY_WITHDRAW_TASK)
    async def withdraw_task(self, order: TaskWithdrawal) -> None:
        try:
            await self._tasks.withdraw(order)
        except Unavailable as error:
            raise _again("DepartmentUnavailable", error.reason, error.retry_after) from None


def _again(kind: str, reason: str, delay: timedelta | None = None) -> ApplicationError:
    return ApplicationError(reason, type=kind, next_retry_delay=delay)
