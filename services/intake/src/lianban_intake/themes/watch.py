"""The edition in force, renewed when its source changes. What is broken never replaces a good edition."""

from __future__ import annotations

import asyncio
import logging

from lianban.publishing.store import NothingPublished
from lianban_intake.themes.edition import Edition
from lianban_intake.themes.sources import Mark, Source, Unusable

_FAULTS_LOGGED = 20

_log = logging.getLogger(__name__)


class Catalogues:
    """Holds the current edition; whoever serves a request takes it once and keeps to it."""

    def __init__(self, source: Source, edition: Edition, mark: Mark, glance: object) -> None:
        self.current = edition
        self._source = source
        self._mark = mark
        self._glance = glance
        self._renewing = asyncio.Lock()

    @classmethod
    async def open(cls, source: Source) -> Catalogues:
        """Raises one of :data:`Unusable`: a service does not start on a broken catalogue."""
        glance, mark = source.glance(), await asyncio.to_thread(source.mark)
        return cls(source, await asyncio.to_thread(source.load), mark, glance)

    async def latest(self) -> Edition:
        """The edition in force now: what was published before the request came is waited for."""
        try:
            if self._source.glance() != self._glance:
                async with self._renewing:
                    if self._source.glance() != self._glance:  # nobody else has seen to it meanwhile
                        await self._renew(0.0)
        except OSError:
            _log.warning("the catalogue cannot be read; the edition in force stays", exc_info=True)
        return self.current

    async def watch(self, pause: float) -> None:
        """Looks every ``pause`` seconds until cancelled."""
        while True:
            await asyncio.sleep(pause)
            try:
                async with self._renewing:
                    await self._renew(pause)
            except OSError:
                _log.warning("the catalogue cannot be read; the edition in force stays", exc_info=True)

    async def _renew(self, settle: float) -> None:
        """Reads the source anew if it has changed. A folder still being written to is left alone until it has been
        quiet for ``settle`` seconds."""
        glance, mark = self._source.glance(), await asyncio.to_thread(self._source.mark)
        if mark != self._mark and not self._source.prompt:
            await asyncio.sleep(settle)
            if await asyncio.to_thread(self._source.mark) != mark:
                return
        self._glance = glance  # also when what follows fails: not every request tries, the watch does
        if mark != self._mark:
            await self._load()
            self._mark = mark  # broken or not: the same files are not read twice; those out of reach are tried again

    async def _load(self) -> None:
        """What is broken is told; OSError."""
        try:
            self.current = await asyncio.to_thread(self._source.load)
        except Unusable as error:
            faults = [str(error)] if isinstance(error, NothingPublished) else [str(fault) for fault in error.faults]
            _log.error(
                "the changed catalogue is broken; the edition in force stays",
                extra={"fault_count": len(faults), "faults": faults[:_FAULTS_LOGGED]},
            )
        else:
            _log.info("a new edition of the catalogue is in force", extra={"themes": len(self.current.catalog.themes)})
