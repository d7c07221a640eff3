"""The calendar departments' opening hours go by: that of the published catalogue, read again as long as the service
runs, for the next year's notice comes while it does."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Final

from lianban.clock.calendar import CalendarSnapshot
from lianban.platform.directory import Directory, DirectoryInvalid
from lianban.publishing.store import PublishedStore
from lianban_adapters.isolation.gates import Gates

_EVERY: Final = 3600.0  # seconds

_log = logging.getLogger(__name__)


class WorkingDays:
    """``store``: where the catalogue is published."""

    def __init__(self, directory: Directory, store: Path | None) -> None:
        entries = directory.departments.items()
        self._asking = [code for code, entry in entries if entry.hours and entry.hours.working_days_only]
        self._store = store

    async def read(self) -> CalendarSnapshot | None:
        """None where no department's hours ask for it. Raises when it cannot be known: that a department is served on
        holidays by mistake would be noticed by nobody here."""
        if not self._asking:
            return None
        if self._store is None:
            place = f"departments.{self._asking[0]}.hours"
            raise DirectoryInvalid(f"{place}: working days need the setting catalog_store")
        return (await asyncio.to_thread(PublishedStore(self._store).load)).calendar

    async def keep_up(self, gates: Gates) -> None:
        """Until cancelled. A catalogue that cannot be read now leaves the calendar as it is."""
        while self._asking:
            await asyncio.sleep(_EVERY)
            try:
                calendar = await self.read()
            except Exception:
                _log.warning("the calendar cannot be read; the one known stays in force", exc_info=True)
                continue
            if calendar is not None:
                gates.recalendar(calendar)
