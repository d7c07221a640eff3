"""Files of the published store: written whole or not at all, and, where they never change, named by their content."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

MAX_BYTES: Final = 16 << 20
"""Of one file. A theme with all it refers to has some tens of kilobytes."""

_NO_FILE: Final = (errno.ELOOP, errno.EISDIR, errno.ENOTDIR, errno.ENXIO)
"""Something else than a file stands there: a link, a folder, a socket."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class StoreDamaged(Exception):
    """The published store is not as it was written, or not a store. ``faults`` name each file, in Chinese."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("已发布目录有误：\n" + "\n".join(faults))
        self.faults = faults


def canonical(data: Any) -> bytes:
    """The one encoding of JSON data: keys sorted, UTF-8, a line break at the end."""
    return (json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def keep(folder: Path, content: bytes) -> str:
    """Keep a file that never changes; its SHA-256, which is its name. What is there already is left."""
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"{digest}.json"
    if not path.exists() or path.read_bytes() != content:
        replace(path, content)
    return digest


def kept(folder: Path, digest: str) -> bytes:
    """The file of that SHA-256. StoreDamaged when it is missing or altered."""
    shown = f"{folder.name}/{digest}.json"
    if not _DIGEST.fullmatch(digest):
        raise StoreDamaged([f"{folder.name}: {digest!r} 不是摘要"])
    content = read(folder / f"{digest}.json", shown)
    if hashlib.sha256(content).hexdigest() != digest:
        raise StoreDamaged([f"{shown}: 内容与其摘要不符，已被改动或损坏"])
    return content


def read(path: Path, shown: str) -> bytes:
    """A regular file of bearable size, not through a link. StoreDamaged otherwise; OSError where the file may be good
    and is only out of reach for now."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise StoreDamaged([f"{shown}: 文件不存在"]) from None
    except OSError as error:
        if error.errno not in _NO_FILE:
            raise
        raise StoreDamaged([f"{shown}: 不是普通文件"]) from None
    if len(content) > MAX_BYTES:
        raise StoreDamaged([f"{shown}: 文件超过 {MAX_BYTES >> 20} MiB"])
    return content


def replace(path: Path, content: bytes) -> None:
    """Put the file in place in one stroke: a reader meets the old one or the new one, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:20]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names written in the folder outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """One at a time; the others wait. Goes with the process, however that ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
