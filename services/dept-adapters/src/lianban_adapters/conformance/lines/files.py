"""A department that has only a folder: batches are put there over SFTP, acts read there."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Final

from lianban.platform.objects import ObjectStore
from lianban_adapters.channels.files.batch import is_there, put_in_place, take_back
from lianban_adapters.channels.files.channel import with_names
from lianban_adapters.channels.files.connection import FilesConnection
from lianban_adapters.channels.files.folder import Folder
from lianban_adapters.channels.files.layout import (
    MANIFEST,
    TASK,
    TASKS_ANYWHERE,
    TASKS_NEW,
    TASKS_TMP,
    batch_name,
    material_name,
)
from lianban_adapters.channels.files.manifest import Listed, manifest_of, sha256
from lianban_adapters.channels.port import Unavailable
from lianban_adapters.conformance.evidence import Answered, Evidence, Play, Reply
from lianban_adapters.conformance.lines.fetching import Fetcher
from lianban_adapters.conformance.lines.port import Message
from lianban_adapters.conformance.reaching import not_taken, of_folder
from lianban_adapters.dossiers.materials import pieces

_LOOK: Final = 0.3  # seconds between two looks at a batch
_QUARANTINE: Final = TASKS_ANYWHERE[-1]
_MOVED: Final = 2.0  # seconds a batch may be on its way from one folder to another


class FilesLine:
    """``patience``: seconds for the department to take a batch. A batch that is altered is not what its manifest
    says."""

    forgeries: Collection[Play] = (Play.ALTERED,)
    omits: Collection[Play] = (Play.DAMAGED, Play.PAGED)
    pages = None

    def __init__(
        self,
        connection: FilesConnection,
        store: ObjectStore,
        fetcher: Fetcher,
        patience: float,
        evidence: Evidence,
    ) -> None:
        self._connection = connection
        self._store = store
        self._fetcher = fetcher
        self._patience = patience
        self._evidence = evidence

    async def deliver(self, message: Message, forgery: Play | None = None) -> Answered:
        batch, begun = batch_name(message.id), False
        try:
            async with self._connection.folder() as folder:
                begun = True
                if not await is_there(folder, batch):
                    await (self._alter(folder, batch, message) if forgery else self._put(folder, batch, message))
            return await self._taken(batch)
        except Unavailable as unavailable:
            if begun:
                with suppress(Unavailable):  # else it is cleared away when the platform itself writes there
                    await self._take_back(batch)
            cause = of_folder(unavailable)
            return Answered(Reply.UNAVAILABLE, cause.seen, advice=cause.advice)

    async def fetch(self) -> None:
        await self._fetcher.run()

    async def _put(self, folder: Folder, batch: str, message: Message) -> None:
        await put_in_place(folder, self._store, batch, *_contents(message))

    async def _alter(self, folder: Folder, batch: str, message: Message) -> None:
        """As if somebody had changed the task on its way: it reads well, and its manifest says something else."""
        body, materials = _contents(message)
        made = f"{TASKS_TMP}/{batch}"
        await folder.make(made)
        await folder.write(f"{made}/{TASK}", body)
        listed = [Listed(name=TASK, size=len(body), sha256=sha256(body[::-1]))]
        for name, digest in materials.items():
            size = await folder.write_stream(f"{made}/{name}", pieces(self._store, digest))
            listed.append(Listed(name=name, size=size, sha256=digest))
        await folder.write(f"{made}/{MANIFEST}", manifest_of(batch, listed))
        await folder.put(made, f"{TASKS_NEW}/{batch}")

    async def _taken(self, batch: str) -> Answered:
        """Once the department has moved the batch. One that it does not take is taken back: the next run shall not find
        it there."""
        seen = asyncio.get_running_loop().time()
        until = seen + self._patience
        while (now := asyncio.get_running_loop().time()) < until:
            async with self._connection.folder() as folder:
                places = [place for place in TASKS_ANYWHERE if await folder.entry(f"{place}/{batch}") is not None]
            if _QUARANTINE in places:
                advice = not_taken(TASKS_NEW, quarantined=True)
                return Answered(Reply.REJECTED, f"部门把这一批移到 {_QUARANTINE}", advice=advice)
            if TASKS_NEW in places:
                seen = now
            elif places:
                return Answered(Reply.TAKEN)
            elif now - seen > min(_MOVED, self._patience / 2):
                self._evidence.vanished.add(batch)
                return Answered(Reply.TAKEN)
            await asyncio.sleep(_LOOK)
        with suppress(Unavailable):
            await self._take_back(batch)
        return Answered(
            Reply.UNAVAILABLE,
            f"{self._patience:g} 秒内没有取走",
            advice=not_taken(TASKS_NEW, quarantined=False),
        )

    async def _take_back(self, batch: str) -> None:
        async with self._connection.folder() as folder:
            await take_back(folder, batch)


def _contents(message: Message) -> tuple[bytes, Mapping[str, str]]:
    """The task, and the digests of its files by their names."""
    materials = message.dossier.materials if message.dossier else ()
    names = [material_name(number, material) for number, material in enumerate(materials, 1)]
    body = with_names(message.body, names) if names else message.body
    return body, {name: material.digest for name, material in zip(names, materials, strict=True)}
