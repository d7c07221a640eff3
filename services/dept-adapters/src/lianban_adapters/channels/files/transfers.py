"""Materials on their way to the department, over as many attempts as it takes.

A material is written to a part, and renamed once all of it is there. A part never gets shorter and only ever gets the
same bytes at the same place, so attempts that overlap do each other no harm. What an attempt finds there counts when
it is known to be ours: seen to be taken by the server, or read back and compared. That goes for a material that was
renamed as well: a machine that loses its power may keep a name and not what stood under it.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from asyncssh import SFTPError

from lianban_adapters.channels.files.folder import REFUSALS, Folder, Part, TooLong
from lianban_adapters.dossiers.client import DossierUnavailable

_PART: Final = ".part"
_TOKEN: Final = 8  # bytes, that no two parts are called the same
_MOST: Final = 256
"""Batches of a department that are remembered. Of any other, what is there is read back and compared."""


@dataclass
class Transfer:
    """The materials of one batch: of each, its file on the server and how much of that is known to be ours."""

    parts: dict[str, Part] = field(default_factory=dict)
    _furthest: int = 0

    def got_further(self) -> bool:
        """Than any attempt before."""
        reached = sum(part.ours for part in self.parts.values())
        further, self._furthest = reached > self._furthest, max(reached, self._furthest)
        return further

    def part(self, name: str, file: str, there: int) -> Part:
        """``there``: bytes the server has. Fewer than it took: it has lost some, and what is left may be wrong."""
        part = self.parts.get(name)
        if part is None or part.file != file or there < part.ours or (part.whole and there != part.ours):
            part = self.parts[name] = Part(file)
        part.there = there
        return part


class Transfers:
    """Those that have begun, as this process knows them."""

    def __init__(self) -> None:
        self._of: dict[str, Transfer] = {}

    def of(self, batch: str) -> Transfer:
        transfer = self._of.pop(batch, None) or Transfer()
        self._of[batch] = transfer
        if len(self._of) > _MOST:
            del self._of[next(iter(self._of))]
        return transfer

    def forget(self, batch: str) -> None:
        self._of.pop(batch, None)


class Kept:
    """The folder in which the materials of a batch are kept until all of them are there."""

    def __init__(self, folder: Folder, path: str, transfer: Transfer) -> None:
        self._folder = folder
        self._path = path
        self._transfer = transfer
        self._begun: dict[str, Part] = {}

    async def look(self, names: Collection[str]) -> None:
        """Keeps of each material what was whole, else the longest part of it. The rest is removed, lest a disk that is
        full be filled further by every attempt."""
        entries = await self._folder.entries(self._path)
        for entry in sorted(entries, key=lambda entry: (entry.name not in names, -entry.size)):
            of = entry.name if entry.name in names else entry.name.removesuffix(_PART).rpartition(".")[0]
            if entry.is_file and of in names and of not in self._begun:
                self._begun[of] = self._transfer.part(of, entry.name, entry.size)
            else:
                await self._folder.remove(f"{self._path}/{entry.name}")

    async def bring(self, name: str, pieces: Callable[[], AsyncGenerator[bytes, None]]) -> int:
        """Its size. Afterwards it is there whole."""
        if (begun := self._begun.get(name)) is not None:
            if begun.whole:
                return begun.ours
            try:
                return await self._finish(name, begun, pieces())
            except (TooLong, *REFUSALS):  # on some servers nothing can be changed that is there
                with suppress(SFTPError):
                    await self._folder.remove(f"{self._path}/{begun.file}")
        new = self._transfer.part(name, f"{name}.{secrets.token_hex(_TOKEN)}{_PART}", 0)
        return await self._finish(name, new, pieces())

    async def _finish(self, name: str, part: Part, pieces: AsyncGenerator[bytes, None]) -> int:
        path = f"{self._path}/{part.file}"
        try:
            size = await self._folder.write_stream(path, pieces, part)
        except DossierUnavailable:
            part.ours = 0  # only its end tells whether what our own store gives is the material
            raise
        if part.file != name:
            await self._folder.put(path, f"{self._path}/{name}")
        part.file, part.whole = name, True
        return size
