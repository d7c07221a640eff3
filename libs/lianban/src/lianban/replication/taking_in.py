"""A package taken into a catalogue's folder: all of it or nothing, and never a folder with faults."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lianban.catalog.closure import SECTION_MODELS
from lianban.catalog.faults import CatalogError
from lianban.catalog.loader import load_catalog, read_definitions
from lianban.catalog.models import Catalog
from lianban.publishing.files import sync_folder
from lianban.replication.mapping import Mapping
from lianban.replication.package import Package
from lianban.replication.refusal import Refused
from lianban.replication.transfer import Transfer, transfer
from lianban.replication.writing import write

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2  # linux/fs.h


@dataclass(frozen=True)
class Taken:
    """``before``, ``after``: the local catalogue. ``files``: those written, relative to the folder."""

    before: Catalog
    after: Catalog
    transfer: Transfer
    files: list[str]


def take_in(
    package: Package, mapping: Mapping, folder: Path, division: str, *, update: bool = False, dry_run: bool = False
) -> Taken:
    """Take the package in for ``division``; with ``dry_run``, do everything but put it in place. Blocks.

    The folder is built aside and checked as a whole, then takes the other's place in one stroke. Refused with every
    reason; the folder is as it was then.
    """
    target = folder.resolve()
    nearest = next(parent for parent in target.parents if parent.exists())
    with _alone(nearest):
        state = _state(target)
        local = read_definitions(target)
        if local.faults:
            raise Refused("本地目录本身有误，请先改正", [str(fault) for fault in local.faults])
        found = transfer(package, mapping, local.catalog, division, update=update)
        after = found.into(local.catalog)
        aside = Path(tempfile.mkdtemp(dir=nearest, prefix=f".{target.name}.import-"))
        try:
            if target.exists():
                shutil.copytree(target, aside, symlinks=True, dirs_exist_ok=True)
            written = write(aside, found, local.files, package.source.code)
            _check(aside, after)
            if written and not dry_run:
                _sync(aside)
                if _state(target) != state:
                    raise Refused("没有引入", [f"{folder}: 在此期间被改动，请重来"])
                try:
                    _put_in_place(aside, target)
                except OSError as error:
                    if error.errno not in (errno.EBUSY, errno.EXDEV):
                        raise
                    way = "先引入到一个未单独挂载的文件夹，再从那里发布"
                    raise Refused("没有引入", [f"{folder}: 是挂载点，不能整个换入；{way}"]) from None
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        names = sorted(str(path.relative_to(aside)) for path in written)
        return Taken(local.catalog, after, found, names)


def _check(aside: Path, expected: Catalog) -> None:
    """What a service would read there is sound, and just what was to be written."""
    try:
        read = load_catalog(aside)
    except CatalogError as error:
        raise Refused("引入后的目录有误，没有引入", [str(fault) for fault in error.faults]) from None
    if wrong := [section for section in SECTION_MODELS if getattr(read, section) != getattr(expected, section)]:
        raise Refused("没有引入", [f"{section}: 写出的内容读回后不一致" for section in wrong])


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One import beside another waits for it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file with its time of change and size."""
    return {
        str(path.relative_to(folder)): (status.st_mtime_ns, status.st_size)
        for path in folder.rglob("*")
        if not path.is_dir() and (status := path.stat(follow_symlinks=False))
    }


def _sync(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        if path.is_dir() and not path.is_symlink():
            sync_folder(path)
        elif path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _put_in_place(aside: Path, target: Path) -> None:
    """Afterwards ``aside`` holds what was there before, or nothing."""
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        aside.chmod(0o755)
        aside.rename(target)
    elif not _exchanged(aside, target):
        old = target.with_name(f"{aside.name}.old")
        target.rename(old)
        try:
            aside.rename(target)
        except OSError:
            old.rename(target)
            raise
        old.rename(aside)
    sync_folder(target.parent)


def _exchanged(one: Path, other: Path) -> bool:
    """Both names change places in one stroke; False where the system cannot."""
    if sys.platform != "linux":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "renameat2"):
        return False
    result = library.renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    if result == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number), str(other))
