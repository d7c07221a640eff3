"""Writes tasks into a department's folder: a batch for each message, with the files of its materials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from pydantic_core import from_json, to_json

from lianban.contracts.orders import TaskOrder, TaskSupplement, TaskWithdrawal
from lianban.platform.objects import ObjectStore
from lianban_adapters.channels.files.acts import STORED_AS
from lianban_adapters.channels.files.batch import is_there, put_in_place
from lianban_adapters.channels.files.connection import FilesConnection
from lianban_adapters.channels.files.layout import batch_name, material_name
from lianban_adapters.channels.files.transfers import Transfers
from lianban_adapters.channels.messages import task_created, task_supplemented, task_withdrawn
from lianban_adapters.channels.port import DossierSource, Sent, Unavailable
from lianban_adapters.dossiers.models import Dossier

_SOON: Final = timedelta(seconds=1)


class FilesChannel:
    """A batch is called after the message's key: written again, it is the same batch."""

    name = "files"

    def __init__(self, connection: FilesConnection, store: ObjectStore, public_url: str) -> None:
        self._connection = connection
        self._store = store
        self._public_url = public_url
        self._transfers = Transfers()

    async def send(self, task: TaskOrder, dossier: DossierSource) -> Sent:
        await self._hand_over(task.key, dossier, lambda content: task_created(task, content, self._public_url))
        return Sent()

    async def supplement(self, supplement: TaskSupplement, dossier: DossierSource) -> None:
        await self._hand_over(
            supplement.key, dossier, lambda content: task_supplemented(supplement, content, self._public_url)
        )

    async def withdraw(self, task: TaskWithdrawal) -> None:
        await self._put(batch_name(task.key), task_withdrawn(task), {})

    async def _hand_over(self, key: str, dossier: DossierSource, message: Callable[[Dossier], bytes]) -> None:
        batch = batch_name(key)
        async with self._connection.folder() as folder:
            if await is_there(folder, batch):
                return
        content = await dossier()
        names = [material_name(number, material) for number, material in enumerate(content.materials, 1)]
        files = {name: material.digest for name, material in zip(names, content.materials, strict=True)}
        await self._put(batch, with_names(message(content), names), files)

    async def _put(self, batch: str, message: bytes, materials: Mapping[str, str]) -> None:
        transfer = self._transfers.of(batch)
        try:
            async with self._connection.folder() as folder:
                if not await is_there(folder, batch):
                    await put_in_place(folder, self._store, batch, message, materials, transfer)
        except Unavailable as error:
            further = transfer.got_further()
            raise Unavailable(error.reason, _SOON if further else error.retry_after, got_further=further) from None
        self._transfers.forget(batch)


def with_names(message: bytes, names: list[str]) -> bytes:
    """The message with the name of each material's file in the batch."""
    content = from_json(message)
    for material, name in zip(content["data"]["materials"], names, strict=True):
        material[STORED_AS] = name
    return to_json(content, indent=1)
