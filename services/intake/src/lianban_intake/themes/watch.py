"""The edition in force, renewed when its folder changes. A broken folder never replaces a good edition."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from lianban.catalog.faults import CatalogError
from lianban.clock.files import CalendarFileError
from lianban_intake.themes.edition import Edition

_FAULTS_LOGGED = 20

_log = logging.getLogger(__name__)

Mark = frozenset[tuple[str, int, int]]
"""Path, time of change (ns) and size of every file of a folder."""


class Catalogues:
    """Holds the current edition; whoever serves a request takes it once and keeps to it."""

    def __init__(self, folder: Path, edition: Edition, mark: Mark) -> None:
        self.current = edition
        self._folder = folder
        self._mark = mark

    @classmethod
    async def open(cls, folder: Path) -> Catalogues:
        """Raises CatalogError or CalendarFileError: a service does not start on a broken catalogue."""
        mark = await asyncio.to_thread(mark_of, folder)
        return cls(folder, await asyncio.to_thread(Edition.load, folder), mark)

    async def watch(self, pause: float) -> None:
        """Looks every ``pause`` seconds until cancelled."""
        while True:
            await asyncio.sleep(pause)
            try:
                await self.renew(pause)
            except OSError:
                _log.warning("the catalogue's folder cannot be read; the edition in force stays", exc_info=True)

    async def renew(self, settle: float = 0.0) -> bool:
        """Reads the folder anew if it has changed; whether a new edition came into force.

        A folder still being written to is left alone until it has been quiet for ``settle`` seconds.
        """
        mark = await asyncio.to_thread(mark_of, self._folder)
        if mark == self._mark:
            return False
        await asyncio.sleep(settle)
        if await asyncio.to_thread(mark_of, self._folder) != mark:
            return False
        self._mark = mark  # broken or not: the same files are not read twice
        try:
            self.current = await asyncio.to_thread(Edition.load, self._folder)
        except (CatalogError, CalendarFileError) as error:
            faults = [str(fault) for fault in error.faults]
            _log.error(
                "the changed catalogue is broken; the edition in force stays",
                extra={"fault_count": len(faults), "faults": faults[:_FAULTS_LOGGED]},
            )
            return False
        _log.info("a new edition of the catalogue is in force", extra={"themes": len(self.current.catalog.themes)})
        return True


def mark_of(folder: Path) -> Mark:
    """Blocks."""
    return frozenset(
        (str(path.relative_to(folder)), status.st_mtime_ns, status.st_size)
        for path in folder.rglob("*")
        if (status := path.stat(follow_symlinks=False)) and not path.is_dir()
    )
