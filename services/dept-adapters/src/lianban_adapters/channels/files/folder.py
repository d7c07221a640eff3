"""What is done in the folder. Names come from outside: they are bytes on the way, and what is no UTF-8 among them
survives the way there and back (PEP 383)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Final, cast

from asyncssh import (
    FILEXFER_TYPE_DIRECTORY,
    FILEXFER_TYPE_REGULAR,
    FILEXFER_TYPE_UNKNOWN,
    SFTPAttrs,
    SFTPClient,
    SFTPClientFile,
    SFTPError,
    SFTPFailure,
    SFTPName,
    SFTPNoSuchFile,
    SFTPNoSuchPath,
    SFTPOpUnsupported,
    SFTPPermissionDenied,
)

_BLOCK: Final = 32 * 1024  # bytes every server takes in one request
_PIECE: Final = 8 * _BLOCK
_MISSING: Final = (SFTPNoSuchFile, SFTPNoSuchPath)
REFUSALS: Final = (SFTPPermissionDenied, SFTPFailure, SFTPOpUnsupported, *_MISSING)
"""The server has answered, and does not do it."""


@dataclass(frozen=True, order=True)
class Entry:
    """``size`` in bytes, ``changed`` in seconds by the server's clock. A link is neither folder nor file; what the
    server gives no type of counts as a file."""

    name: str
    size: int
    changed: int
    is_folder: bool
    is_file: bool


@dataclass
class Part:
    """A file being written over several attempts. ``there``: bytes it had before this one; ``ours``: bytes from its
    beginning that are known to be what belongs there; ``whole``: they are all of it."""

    file: str
    there: int = 0
    ours: int = 0
    whole: bool = False


class TooLong(Exception):
    """More is there than belongs there."""


class Folder:
    """Every path is relative to ``root``. Raises what asyncssh does."""

    def __init__(self, sftp: SFTPClient, root: str) -> None:
        self._sftp = sftp
        self._root = root

    async def entries(self, path: str, most: int | None = None) -> list[Entry]:
        """In the order of their names. Of more than ``most`` it is any, and no more are looked at."""
        found: list[Entry] = []
        async with aclosing(self._scan(path)) as scan:
            async for entry in scan:
                found.append(entry)
                if len(found) == most:
                    break
        return sorted(found)

    async def first(self, path: str, number: int, most: int, wanted: Callable[[Entry], bool]) -> tuple[list[str], bool]:
        """The first names in their order among those that are ``wanted``, and whether all were looked at. ``most`` are,
        any of them; however many there are, no more than twice the ``number`` is in memory."""
        names: list[str] = []
        looked_at = 0
        async with aclosing(self._scan(path)) as scan:
            async for entry in scan:
                looked_at += 1
                if looked_at > most:
                    break
                if wanted(entry):
                    names.append(entry.name)
                if len(names) == 2 * number:
                    names = sorted(names)[:number]
        return sorted(names)[:number], looked_at <= most

    async def _scan(self, path: str) -> AsyncGenerator[Entry, None]:
        async with aclosing(cast(AsyncGenerator[SFTPName, None], self._sftp.scandir(self._path(path)))) as scan:
            async for entry in scan:
                if entry.filename not in (b".", b".."):
                    yield _entry(entry.filename, entry.attrs)

    async def entry(self, path: str) -> Entry | None:
        """None where there is nothing."""
        try:
            return _entry(path.rpartition("/")[2], await self._sftp.lstat(self._path(path)))
        except _MISSING:
            return None

    async def make(self, path: str) -> None:
        """With the folders above it; nothing happens where it is already."""
        await self._sftp.makedirs(self._path(path), exist_ok=True)

    async def write(self, path: str, content: bytes) -> None:
        async def whole() -> AsyncGenerator[bytes, None]:
            yield content

        await self.write_stream(path, whole())

    async def write_stream(self, path: str, pieces: AsyncGenerator[bytes, None], part: Part | None = None) -> int:
        """Bytes of the whole; one piece of them in memory. ``part``: what of it is there, kept up to date. Raises
        :class:`TooLong`."""
        part = part or Part(path)
        size, alike = 0, True
        opened = self._sftp.open(self._path(path), "r+b" if part.there else "wb", encoding=None, block_size=0)
        async with aclosing(pieces), opened as file:
            async for whole in pieces:
                for start in range(0, len(whole), _PIECE):
                    piece = whole[start : start + _PIECE]
                    if size + len(piece) > part.ours:
                        # Up to the first difference. What an attempt wrote last before it was cut off may have holes.
                        alike = alike and await _is_there(file, size, piece, part.there)
                        if not alike:
                            await _write(file, size, piece)
                        part.ours = max(part.ours, size + len(piece))
                    size += len(piece)
            if part.there > size:
                raise TooLong
            with suppress(SFTPOpUnsupported):
                await file.fsync()
        return size

    async def read(self, path: str, size: int) -> bytes:
        """``size`` bytes, less where there are no more, and one more where there are: whoever asked sees it."""
        found = bytearray()
        async with self._sftp.open(self._path(path), "rb", encoding=None, block_size=0) as file:
            while len(found) <= size:
                piece = await _read(file, len(found), min(_PIECE, size + 1 - len(found)))
                if not piece:
                    break
                found += piece
        return bytes(found)

    async def move(self, source: str, target: str) -> None:
        """To a place that is free. What is gone already, somebody else has taken away."""
        try:
            await self._sftp.rename(self._path(source), self._path(target))
        except _MISSING:
            if await self.entry(source) is not None:
                raise

    async def put(self, source: str, target: str) -> bool:
        """Renames, never over something that is there: then False."""
        try:
            await self._sftp.rename(self._path(source), self._path(target))
        except SFTPError:
            if await self.entry(target) is None:
                raise
            return False
        return True

    async def replace(self, path: str, content: bytes) -> None:
        """Whole or not at all, in place of what was there."""
        folder, _, name = path.rpartition("/")
        written = f"{folder}/.{name}.tmp"
        await self.write(written, content)
        while not await self.put(written, path):
            await self.remove(path)

    async def remove(self, path: str) -> None:
        """A file, or a folder with everything in it; nothing happens where there is nothing."""
        entry = await self.entry(path)
        with suppress(*_MISSING):
            if entry is not None and entry.is_folder:
                await self._sftp.rmtree(self._path(path))
            elif entry is not None:
                await self._sftp.remove(self._path(path))

    def _path(self, path: str) -> bytes:
        return f"{self._root}/{path}".encode(errors="surrogateescape")


async def _is_there(file: SFTPClientFile, offset: int, piece: bytes, there: int) -> bool:
    if offset + len(piece) > there:
        return False
    try:
        return await _read(file, offset, len(piece)) == piece
    except REFUSALS:  # what may not be read is written again
        return False


async def _write(file: SFTPClientFile, offset: int, piece: bytes) -> None:
    """Several blocks on their way at a time. asyncssh would do that too, but leaves them to themselves when whoever
    waits for them is interrupted."""
    starts = range(0, len(piece), _BLOCK)
    await asyncio.gather(*(file.write(piece[start : start + _BLOCK], offset + start) for start in starts))


async def _read(file: SFTPClientFile, offset: int, size: int) -> bytes:
    """Up to the first block that came short: the end, or to be asked for again."""
    wanted = [min(_BLOCK, size - start) for start in range(0, size, _BLOCK)]
    blocks = await asyncio.gather(
        *(file.read(length, offset + number * _BLOCK) for number, length in enumerate(wanted))
    )
    found = bytearray()
    for block, length in zip(blocks, wanted, strict=True):
        found += cast(bytes, block)
        if len(block) < length:
            break
    return bytes(found)


def _entry(name: str | bytes, attributes: SFTPAttrs) -> Entry:
    kind = attributes.type
    return Entry(
        name=name.decode(errors="surrogateescape") if isinstance(name, bytes) else name,
        size=attributes.size or 0,
        changed=int(attributes.mtime or 0),
        is_folder=kind == FILEXFER_TYPE_DIRECTORY,
        is_file=kind in (FILEXFER_TYPE_REGULAR, FILEXFER_TYPE_UNKNOWN),
    )
