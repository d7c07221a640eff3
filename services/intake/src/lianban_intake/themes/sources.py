"""Where the catalogue is served from: a working folder, or the published store."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from lianban.catalog.faults import CatalogError
from lianban.clock.files import CalendarFileError
from lianban.publishing.files import StoreDamaged
from lianban.publishing.store import NothingPublished, PublishedStore
from lianban_intake.themes.edition import Edition

Mark = frozenset[tuple[str, int, int]]
"""Path, time of change (ns) and size of every file that makes an edition."""

Unusable = (CatalogError, CalendarFileError, StoreDamaged, NothingPublished)
"""Why an edition cannot come into force."""


class Source(Protocol):
    """``prompt``: whether a change is in force once it is seen; otherwise files may still be being written."""

    prompt: bool

    def mark(self) -> Mark:
        """Differs when there is something new to load. Blocks. OSError."""
        ...

    def glance(self) -> object:
        """Cheap enough for every request: differs when something new may be in force."""
        ...

    def load(self) -> Edition:
        """Blocks. Raises one of :data:`Unusable`, with every fault; OSError where another try may succeed."""
        ...


class Folder:
    """The catalogue as its editors write it. A change counts when the folder has come to rest."""

    prompt = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def mark(self) -> Mark:
        return frozenset(
            (str(path.relative_to(self._folder)), status.st_mtime_ns, status.st_size)
            for path in self._folder.rglob("*")
            if (status := path.stat(follow_symlinks=False)) and not path.is_dir()
        )

    def glance(self) -> object:
        return None

    def load(self) -> Edition:
        return Edition.load(self._folder)


class Store:
    """The published edition. What is published is whole, so it counts at once."""

    prompt = True

    def __init__(self, folder: Path) -> None:
        self._store = PublishedStore(folder)

    def mark(self) -> Mark:
        """Of the pointer and the files it names: a file that is damaged or repaired is looked at anew."""
        paths = [self._store.pointer_file]
        try:
            found = self._store.in_force()
        except StoreDamaged:
            found = None
        if found:
            digest, edition = found
            folder = self._store.folder
            named = (("editions", digest), ("shared", edition.shared), ("calendars", edition.calendar))
            paths += [folder / kind / f"{name}.json" for kind, name in named]
            paths += [folder / "themes" / code / f"{theme.record}.json" for code, theme in edition.themes.items()]
        return frozenset(
            (str(path), status.st_mtime_ns, status.st_size) for path in paths if (status := _status(path)) is not None
        )

    def glance(self) -> object:
        status = _status(self._store.pointer_file)
        return status and (status.st_mtime_ns, status.st_ino)

    def load(self) -> Edition:
        return Edition.published(self._store)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
