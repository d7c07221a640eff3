"""From us to the department: a file for each message."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from lianban.contracts.orders import TaskOrder, TaskSupplement, TaskWithdrawal
from lianban_adapters.channels.messages import task_created, task_supplemented, task_withdrawn
from lianban_adapters.channels.port import DossierSource, Sent
from lianban_channel_folder.folder import Folder


class FolderChannel:
    """The message's key is its name: written twice, it is there once."""

    name = "folder"

    def __init__(self, folder: Folder, public_url: str) -> None:
        self._folder = folder
        self._public_url = public_url

    async def send(self, task: TaskOrder, dossier: DossierSource) -> Sent:
        await self._write(task.key, task_created(task, await dossier(), self._public_url))
        return Sent()

    async def supplement(self, supplement: TaskSupplement, dossier: DossierSource) -> None:
        await self._write(supplement.key, task_supplemented(supplement, await dossier(), self._public_url))

    async def withdraw(self, task: TaskWithdrawal) -> None:
        await self._write(task.key, task_withdrawn(task))

    async def _write(self, key: str, message: bytes) -> None:
        # A colon is no character of a name everywhere.
        await asyncio.to_thread(self._folder.write, "tasks", f"{quote(key, safe='')}.json", content=message)
