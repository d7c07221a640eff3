"""Reads acts from a department's folder: a batch for each, read when its manifest is there and holds.

A department that cannot rename may write the manifest last; that it is wrong, or a file not as it says, may then mean
that somebody is still writing. A batch counts as wrong once it has not changed for a while.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from asyncssh import SFTPPermissionDenied

from lianban.platform.problems import FieldError
from lianban_adapters.channels.files.acts import act_of, reason, summary, told
from lianban_adapters.channels.files.connection import FilesConnection
from lianban_adapters.channels.files.folder import Entry, Folder
from lianban_adapters.channels.files.layout import (
    ACT,
    ACTS_DONE,
    ACTS_NEW,
    ACTS_QUARANTINE,
    MANIFEST,
    RECEIPTS,
    is_batch_name,
    is_on_its_way,
    safe_name,
)
from lianban_adapters.channels.files.manifest import MAX_MANIFEST, Listed, Manifest, read_manifest, sha256
from lianban_adapters.channels.incoming.port import (
    Batch,
    Found,
    Receipt,
    Status,
    Unfinished,
    Unusable,
    unusable,
)

MAX_ACT: Final = 1024 * 1024
"""Bytes of the act beside its files."""

_LISTED: Final = 2_000
"""Batches taken from one listing, in the order of their names."""

_MOST_LISTED: Final = 50_000
"""Entries looked at in one listing, any of them: with more it takes minutes, and all that is there waits for it."""

_FEW: Final = 200
"""Batches left alone for a while, that are listed all the same: with more they would be the whole of a listing."""

_MAX_ENTRIES: Final = 500
_LEFT_ALONE: Final = 600.0  # seconds
_MAX_DETAIL: Final = 2000
_MIB: Final = 1024 * 1024
_NO_FILE: Final = "不是普通文件；不接受符号链接和子目录"
_BEIJING: Final = ZoneInfo("Asia/Shanghai")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Suspect:
    """A batch that was found wrong or not finished. ``looks``: what it looked like; ``due``: when it is to be looked at
    again, after so many seconds of ``pause``."""

    looks: object
    due: float
    pause: float


class FilesSource:
    """``batch``: acts listed at a time; ``settle``: seconds a batch is believed to be still being written."""

    def __init__(self, connection: FilesConnection, batch: int, settle: float) -> None:
        self._connection = connection
        self._batch = batch
        self._settle = settle
        self._suspects: dict[str, _Suspect] = {}
        self._listed: list[str] = []
        self._further = False

    async def fetch(self, after: str | None) -> Batch:
        """A folder is listed once for many batches: listing it may take longer than reading them."""
        following = [name for name in self._listed if after is not None and name > after]
        if not following and (after is None or self._further):
            following = await self._list(after)
        self._listed = following
        page = following[: self._batch]
        goes_on = bool(page) and (len(following) > len(page) or self._further)
        return Batch(page, page[-1] if goes_on else None)

    async def _list(self, after: str | None) -> list[str]:
        now = time.monotonic()
        many = len(self._suspects) > _FEW
        still_there: set[str] = set()

        def wanted(entry: Entry) -> bool:
            if (suspect := self._suspects.get(entry.name)) is not None:
                still_there.add(entry.name)
                if many and now < suspect.due:
                    return False
            return not is_on_its_way(entry.name) and (after is None or entry.name > after)

        async with self._connection.folder() as folder:
            names, all_of_them = await folder.first(ACTS_NEW, _LISTED, _MOST_LISTED, wanted)
        if all_of_them:
            self._suspects = {name: self._suspects[name] for name in still_there}
        else:
            _log.warning("folder holds more than can be looked at", extra={"server": self._connection.server})
        self._further = len(names) == _LISTED or not all_of_them
        return names

    async def read(self, key: str) -> Found:
        suspect = self._suspects.get(key)
        if suspect is not None and time.monotonic() < suspect.due:
            raise Unfinished
        async with self._connection.folder() as folder:
            looks: Sequence[Entry] = ()
            try:
                looks = await _looks(folder, key)
                files = await _files(folder, key, looks)
            except Unfinished:
                if looks:
                    self._leave(key, looks, suspect, at_first=0.0)
                raise
            except Unusable:
                if suspect is not None and suspect.looks == looks:
                    raise
                self._leave(key, looks, None, at_first=self._settle)
                raise Unfinished from None
        return act_of(files.pop(ACT), files)

    def _leave(self, key: str, looks: Sequence[Entry], suspect: _Suspect | None, at_first: float) -> None:
        """Alone for a while, the longer the more often it looked the same: a thousand that nobody ever finishes are not
        to take up the time of the others."""
        pause = at_first
        if suspect is not None and suspect.looks == looks:
            pause = min(max(2 * suspect.pause, self._settle), _LEFT_ALONE)
        self._suspects[key] = _Suspect(looks, time.monotonic() + pause, pause)

    async def acknowledge(self, key: str, receipt: Receipt) -> None:
        answer = {name: value for name, value in asdict(receipt).items() if value is not None}
        async with self._connection.folder() as folder:
            await _answer(folder, key, answer)
            await self._move(folder, key, await _free_place(folder, ACTS_DONE, key))

    async def quarantine(self, key: str, faults: Sequence[FieldError]) -> None:
        answer = {"status": Status.QUARANTINED, "detail": summary(faults, _MAX_DETAIL), "errors": told(faults)}
        async with self._connection.folder() as folder:
            place = await _free_place(folder, ACTS_QUARANTINE, key)
            text = reason(safe_name(key), place, faults)
            await folder.replace(f"{place}.reason.txt", text.encode(errors="backslashreplace"))
            await _answer(folder, key, answer)  # after the reason: whoever sees it goes there
            await self._move(folder, key, place)

    async def _move(self, folder: Folder, key: str, place: str) -> None:
        """What we may not move lies on: its receipt says what became of it. It is left alone for a while."""
        try:
            await folder.move(f"{ACTS_NEW}/{key}", place)
        except SFTPPermissionDenied:
            self._suspects[key] = _Suspect(None, time.monotonic() + _LEFT_ALONE, _LEFT_ALONE)
            _log.warning("batch may not be moved", extra={"server": self._connection.server})


async def _looks(folder: Folder, key: str) -> Sequence[Entry]:
    """The batch itself, and what is in it. Raises :class:`Unfinished` for one that is gone, :class:`Unusable` for one
    we may not look into."""
    own = await folder.entry(f"{ACTS_NEW}/{key}")
    if own is None:
        raise Unfinished
    if not own.is_folder:
        return (own,)
    with _permitted():
        return (own, *await folder.entries(f"{ACTS_NEW}/{key}", _MAX_ENTRIES + 1))


async def _files(folder: Folder, key: str, looks: Sequence[Entry]) -> dict[str, bytes]:
    """Every file of the batch, as its manifest says. Raises :class:`Unusable` with every fault, and
    :class:`Unfinished` while there is no manifest."""
    own, *entries = looks
    if not own.is_folder:
        raise unusable("no-folder", "应为一个目录，内有 manifest.json；不接受单个文件、压缩包、符号链接")
    if not is_batch_name(key):
        raise unusable("batch-name", "目录名应为 128 位以内的字母、数字和“.”“_”“-”，以字母、数字开头")
    if len(entries) > _MAX_ENTRIES:
        raise unusable("too-many", f"目录中的文件不得超过 {_MAX_ENTRIES} 个")
    there = {entry.name: entry for entry in entries}
    if MANIFEST not in there:
        raise Unfinished
    path = f"{ACTS_NEW}/{key}"
    if not there[MANIFEST].is_file:
        raise unusable("no-file", _NO_FILE, f"{MANIFEST}#")
    if there[MANIFEST].size > MAX_MANIFEST:
        raise unusable("too-large", f"不得超过 {MAX_MANIFEST // 1024} KiB", f"{MANIFEST}#")
    with _permitted():
        content = await folder.read(f"{path}/{MANIFEST}", MAX_MANIFEST)
    manifest = read_manifest(content, key, ACT)
    if faults := _faults(manifest, there):
        raise Unusable(faults)
    with _permitted():
        return await _contents(folder, path, manifest)


@contextmanager
def _permitted() -> Iterator[None]:
    try:
        yield
    except SFTPPermissionDenied:
        raise unusable("permission", "平台的账号没有读取的权限") from None


def _faults(manifest: Manifest, there: Mapping[str, Entry]) -> list[FieldError]:
    """What can be told without reading a file."""
    found = ((number, file, _fault(file, there.get(file.name))) for number, file in enumerate(manifest.files))
    return [_of_file(number, file, *fault) for number, file, fault in found if fault is not None]


def _fault(file: Listed, entry: Entry | None) -> tuple[str, str] | None:
    """Code and message."""
    if entry is None:
        return "missing-file", "清单中有，目录中没有这个文件"
    if not entry.is_file:
        return "no-file", _NO_FILE
    if entry.size != file.size:
        how = "可能没有传完" if entry.size < file.size else "写清单以后又有变动"
        return "size", f"清单写明 {file.size} 字节，实有 {entry.size} 字节，{how}"
    if file.name == ACT and file.size > MAX_ACT:
        return "too-large", f"不得超过 {MAX_ACT // _MIB} MiB"
    return None


def _of_file(number: int, file: Listed, code: str, message: str) -> FieldError:
    """Only the message has the file's name: pointers are logged."""
    return FieldError(f"{MANIFEST}#/files/{number}", code, f"{file.name}：{message}")


async def _contents(folder: Folder, path: str, manifest: Manifest) -> dict[str, bytes]:
    """All of them together are no more than a callback may have."""
    contents: dict[str, bytes] = {}
    faults = []
    for number, file in enumerate(manifest.files):
        contents[file.name] = await folder.read(f"{path}/{file.name}", file.size)
        if sha256(contents[file.name]) != file.sha256.lower():
            faults.append(_of_file(number, file, "digest", "SHA-256 与清单不符，可能在传输中损坏"))
    if faults:
        raise Unusable(faults)
    return contents


async def _answer(folder: Folder, key: str, answer: Mapping[str, Any]) -> None:
    content = json.dumps({"batch": key, **answer}, ensure_ascii=False, indent=1)
    await folder.replace(f"{RECEIPTS}/{safe_name(key)}.json", content.encode(errors="backslashreplace"))


async def _free_place(folder: Folder, place: str, key: str) -> str:
    """A batch of this name may have been here before."""
    path = f"{place}/{safe_name(key)}"
    if await folder.entry(path) is None:
        return path
    return f"{path}.{datetime.now(_BEIJING):%Y%m%dT%H%M%S%f}"
