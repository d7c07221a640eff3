"""Brings tasks to a system that is only ever called."""

from __future__ import annotations

from lianban.contracts.names import task_id
from lianban.contracts.orders import TaskOrder, TaskSupplement, TaskWithdrawal
from lianban_adapters.channels.messages import task_created, task_supplemented, task_withdrawn
from lianban_adapters.channels.polling.client import PollingClient
from lianban_adapters.channels.port import DossierSource, Sent


class PollingChannel:
    """Each message has a place of its own: put there twice, it is the same message."""

    name = "polling"

    def __init__(self, client: PollingClient, public_url: str) -> None:
        self._client = client
        self._public_url = public_url

    async def send(self, task: TaskOrder, dossier: DossierSource) -> Sent:
        body = task_created(task, await dossier(), self._public_url)
        await self._client.put(body, "tasks", task_id(task.case_no, task.step))
        return Sent()

    async def supplement(self, supplement: TaskSupplement, dossier: DossierSource) -> None:
        body = task_supplemented(supplement, await dossier(), self._public_url)
        identity = task_id(supplement.case_no, supplement.step)
        await self._client.put(body, "tasks", identity, "supplements", supplement.key)

    async def withdraw(self, task: TaskWithdrawal) -> None:
        await self._client.put(task_withdrawn(task), "tasks", task_id(task.case_no, task.step), "withdrawal")
