"""What is done in the folder. Names come from outside: they are bytes on the way, and what is no UTF-8 among them
survives the way there and back (PEP 383)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from asyncssh import (
    FILEXFER_TYPE_DIRECTORY,
    FILEXFER_TYPE_REGULAR,
    FILEXFER_TYPE_UNKNOWN,
    SFTPAttrs,
    SFTPClient,
    SFTPError,
    SFTPNoSuchFile,
    SFTPNoSuchPath,
    SFTPOpUnsupported,
)

_PIECE: Final = 256 * 1024
_MISSING: Final = (SFTPNoSuchFile, SFTPNoSuchPath)


@dataclass(frozen=True, order=True)
class Entry:
    """``size`` in bytes, ``changed`` in seconds by the server's clock. Links are neither folders nor files; nor is a
    file whose server does not say what it is (then ``is_file``)."""

    name: str
    size: int
    changed: int
    is_folder: bool
    is_file: bool


class Folder:
    """Every path is relative to ``root``. Raises what asyncssh does."""

    def __init__(self, sftp: SFTPClient, root: str) -> None:
        self._sftp = sftp
        self._root = root

    async def entries(self, path: str) -> list[Entry]:
        """In the order of their names."""
        found = [
            _entry(entry.filename, entry.attrs)
            async for entry in self._sftp.scandir(self._path(path))
            if entry.filename not in (b".", b"..")
        ]
        return sorted(found)

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
        async with self._sftp.open(self._path(path), "wb", encoding=None) as file:
            await file.write(content)
            with suppress(SFTPOpUnsupported):
                await file.fsync()

    async def write_stream(self, path: str, pieces: AsyncIterator[bytes]) -> int:
        """Bytes written; one piece of them in memory."""
        size = 0
        async with self._sftp.open(self._path(path), "wb", encoding=None) as file:
            async for piece in pieces:
                await file.write(piece)
                size += len(piece)
            with suppress(SFTPOpUnsupported):
                await file.fsync()
        return size

    async def read(self, path: str, size: int) -> bytes:
        """``size`` bytes, less where there are no more, and one more where there are: whoever asked sees it."""
        found = bytearray()
        async with self._sftp.open(self._path(path), "rb", encoding=None) as file:
            while len(found) <= size:
                piece = await file.read(min(_PIECE, size + 1 - len(found)))
                if not isinstance(piece, bytes) or not piece:
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


def _entry(name: str | bytes, attributes: SFTPAttrs) -> Entry:
    kind = attributes.type
    return Entry(
        name=name.decode(errors="surrogateescape") if isinstance(name, bytes) else name,
        size=attributes.size or 0,
        changed=int(attributes.mtime or 0),
        is_folder=kind == FILEXFER_TYPE_DIRECTORY,
        is_file=kind in (FILEXFER_TYPE_REGULAR, FILEXFER_TYPE_UNKNOWN),
    )
