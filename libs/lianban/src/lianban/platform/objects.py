"""Object store: files by the SHA-256 of their plain content, sealed at rest.

A stored file is a sequence of records: length (4 bytes, big endian) and a sealed segment of at most 256 KiB. The
context of a segment is the file's random id, its number and whether it is the last one, so segments cannot be
dropped, swapped or taken from elsewhere; and what is read must hash to the name it was asked by.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import os
import re
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol
from urllib.parse import unquote, urlsplit

from lianban.platform.crypto import DecryptionFailed, Keyring

SEGMENT: Final = 256 * 1024
_TOGETHER: Final = 64
"""Files stored together at most, unless a single request has more: each is open until it is synced."""
_ID_BYTES: Final = 16
_LENGTH_BYTES: Final = 4
_DIGEST: Final = re.compile(r"[0-9a-f]{64}\Z")


class ObjectMissing(Exception):
    """No object of that digest, or not a digest at all."""


class ObjectCorrupt(Exception):
    """The stored file does not hold what its name says."""


class ObjectTooLarge(Exception):
    """More bytes arrived than allowed; nothing was kept."""


class ObjectStore(Protocol):
    async def put(self, data: bytes) -> str:
        """Digest of what was stored. Storing the same content again changes nothing."""

    async def put_all(self, contents: Sequence[bytes]) -> list[str]:
        """Their digests, when all of them are stored: sooner than one after the other."""

    async def put_stream(self, chunks: AsyncIterator[bytes], limit: int) -> tuple[str, int]:
        """Digest and size in bytes. Raises :class:`ObjectTooLarge` beyond ``limit`` bytes."""

    async def get(self, digest: str) -> bytes:
        """Raises :class:`ObjectMissing` or :class:`ObjectCorrupt`."""

    def stream(self, digest: str) -> AsyncGenerator[bytes, None]:
        """The content piece by piece. Raises as :meth:`get`, the latter perhaps only after the last piece: until then
        nothing is to be done with the pieces that could not be undone. Whoever stops before the end closes it."""

    async def exists(self, digest: str) -> bool: ...


def open_store(url: str, keyring: Keyring) -> ObjectStore:
    """``file:///absolute/folder``; the folder is made when it is not there."""
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
        raise ValueError("object store url must be file:///absolute/folder")
    return FolderStore(Path(unquote(parts.path)), keyring)


class FolderStore:
    """A folder, fanned out over two levels: ``ab/cd/abcd…``. Files appear by rename, whole and synced. It serves one
    event loop at a time."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = folder
        self._keyring = keyring
        self._incoming = folder / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._rooted: set[Path] = set()
        """Folders known to outlive a crash, with all folders above them."""
        self._waiting: list[_Waiting] = []
        self._storing: asyncio.Task[None] | None = None

    async def put(self, data: bytes) -> str:
        [digest] = await self.put_all([data])
        return digest

    async def put_all(self, contents: Sequence[bytes]) -> list[str]:
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(contents, stored))
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._store_waiting())
            self._storing.add_done_callback(self._ended)
        digests: list[str] = await stored
        return digests

    async def put_stream(self, chunks: AsyncIterator[bytes], limit: int) -> tuple[str, int]:
        writer = _Writer(self._incoming, self._keyring)
        try:
            async for chunk in chunks:
                if writer.size + len(chunk) > limit:
                    raise ObjectTooLarge(f"more than {limit} bytes")
                await asyncio.to_thread(writer.write, chunk)
            digest = await asyncio.to_thread(self._adopt, writer)
        finally:
            writer.discard()
        return digest, writer.size

    async def get(self, digest: str) -> bytes:
        path = self._path(digest)
        return await asyncio.to_thread(self._get, path, digest)

    async def stream(self, digest: str) -> AsyncGenerator[bytes, None]:
        path = self._path(digest)
        try:
            file = await asyncio.to_thread(path.open, "rb")
        except FileNotFoundError:
            raise ObjectMissing(digest) from None
        found = hashlib.sha256()
        with file:
            segments = _segments(file, self._keyring)
            try:
                while (segment := await asyncio.to_thread(next, segments, None)) is not None:
                    found.update(segment)
                    yield segment
            except DecryptionFailed as error:
                raise ObjectCorrupt(digest) from error
        if found.hexdigest() != digest:
            raise ObjectCorrupt(digest)

    async def exists(self, digest: str) -> bool:
        try:
            path = self._path(digest)
        except ObjectMissing:
            return False
        return await asyncio.to_thread(path.is_file)

    def _path(self, digest: str) -> Path:
        if not _DIGEST.match(digest):
            raise ObjectMissing("not a digest")
        return self._folder / digest[:2] / digest[2:4] / digest

    async def _store_waiting(self) -> None:
        """What arrives while the disk is busy is stored together: syncing costs the disk, and the processor, as much
        for one file as for many."""
        while self._waiting:
            files = itertools.accumulate(len(one.contents) for one in self._waiting)
            number = max(1, sum(so_far <= _TOGETHER for so_far in files))
            batch = self._waiting[:number]
            try:
                digests = await asyncio.to_thread(self._put_all, [one.contents for one in batch])
            except Exception as error:
                for one in batch:
                    one.fail(error)
            else:
                for one, own in zip(batch, digests, strict=True):
                    one.succeed(own)
            del self._waiting[:number]

    def _ended(self, storing: asyncio.Task[None]) -> None:
        """Where the loop ends, with all its tasks: whoever still waited would keep it from ending."""
        if storing.cancelled():
            abandoned, self._waiting = self._waiting, []
            for one in abandoned:
                one.abandon()

    def _put_all(self, requests: Sequence[Sequence[bytes]]) -> list[list[str]]:
        named = [[(hashlib.sha256(data).hexdigest(), data) for data in contents] for contents in requests]
        writers: dict[str, _Writer] = {}
        try:
            for digest, data in itertools.chain.from_iterable(named):
                if digest not in writers and not self._path(digest).is_file():
                    writer = writers[digest] = _Writer(self._incoming, self._keyring)
                    writer.write(data)
                    writer.seal()
            for writer in writers.values():
                writer.sync()
            for folder in {self._place(writer, digest) for digest, writer in writers.items()}:
                self._sync(folder)
        finally:
            for writer in writers.values():
                writer.discard()
        return [[digest for digest, _ in contents] for contents in named]

    def _adopt(self, writer: _Writer) -> str:
        digest = writer.seal()
        if not self._path(digest).is_file():
            writer.sync()
            self._sync(self._place(writer, digest))
        return digest

    def _place(self, writer: _Writer, digest: str) -> Path:
        """Puts what was written and synced in its place. The folder, which is still to be synced."""
        path = self._path(digest)
        if not path.parent.is_dir():
            self._rooted -= {path.parent, path.parent.parent}  # somebody may have cleared away what was empty
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        writer.move(path)
        return path.parent

    def _sync(self, folder: Path) -> None:
        _sync_folder(folder)
        self._root(folder)

    def _root(self, folder: Path) -> None:
        """Makes the folder's own entry outlive a crash: once, whoever made it. Entries of files are the caller's."""
        if folder == self._folder or folder in self._rooted:
            return
        _sync_folder(folder.parent)
        self._root(folder.parent)
        self._rooted.add(folder)

    def _get(self, path: Path, digest: str) -> bytes:
        try:
            with path.open("rb") as file:
                data = b"".join(_segments(file, self._keyring))
        except FileNotFoundError:
            raise ObjectMissing(digest) from None
        except DecryptionFailed as error:
            raise ObjectCorrupt(digest) from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise ObjectCorrupt(digest)
        return data


@dataclass(frozen=True)
class _Waiting:
    contents: Sequence[bytes]
    _stored: asyncio.Future[list[str]]

    def succeed(self, digests: list[str]) -> None:
        if not self._stored.done():  # whoever waited may be gone
            self._stored.set_result(digests)

    def fail(self, error: Exception) -> None:
        if not self._stored.done():
            self._stored.set_exception(error)

    def abandon(self) -> None:
        self._stored.cancel()


class _Writer:
    """Seals what is written into a temporary file, one segment behind, for only the end knows which is the last."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._path: Path | None = folder / secrets.token_hex(16)
        self.size = 0
        self._keyring = keyring
        self._id = secrets.token_bytes(_ID_BYTES)
        self._number = 0
        self._pending = bytearray()
        self._hash = hashlib.sha256()
        self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._file.write(self._id)

    def write(self, data: bytes) -> None:
        self.size += len(data)
        self._hash.update(data)
        self._pending += data
        while len(self._pending) > SEGMENT:
            self._seal(bytes(self._pending[:SEGMENT]), last=False)
            del self._pending[:SEGMENT]

    def seal(self) -> str:
        """The last of it was written: its digest."""
        self._seal(bytes(self._pending), last=True)
        return self._hash.hexdigest()

    def sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def move(self, path: Path) -> None:
        """Of what was synced."""
        if self._path is not None:
            os.replace(self._path, path)
            self._path = None

    def discard(self) -> None:
        """Closes the file and removes it unless it was moved."""
        self._file.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _seal(self, segment: bytes, *, last: bool) -> None:
        sealed = self._keyring.encrypt(segment, _context(self._id, self._number, last))
        self._file.write(len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)
        self._number += 1


def _context(file_id: bytes, number: int, last: bool) -> bytes:
    return b"object" + file_id + number.to_bytes(8, "big") + bytes((last,))


def _segments(file: BinaryIO, keyring: Keyring) -> Iterator[bytes]:
    file_id = file.read(_ID_BYTES)
    number = 0
    length = file.read(_LENGTH_BYTES)
    while length:
        sealed = file.read(int.from_bytes(length, "big"))
        length = file.read(_LENGTH_BYTES)
        yield keyring.decrypt(sealed, _context(file_id, number, not length))
        number += 1
    if number == 0:
        raise DecryptionFailed("empty file")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
