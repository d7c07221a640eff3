"""The activity ``record_events``, which workflows and the other services' relays call on the queue ``intake``."""

from __future__ import annotations

import logging

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from lianban.contracts.events import EventBatch
from lianban.contracts.names import ACTIVITY_RECORD_EVENTS
from lianban_intake.events.projection import fold
from lianban_intake.events.repository import record

_log = logging.getLogger(__name__)


class EventActivities:
    """``direct``: an engine in autocommit."""

    def __init__(self, direct: AsyncEngine) -> None:
        self._direct = direct

    @activity.defn(name=ACTIVITY_RECORD_EVENTS)
    async def record_events(self, batch: EventBatch) -> None:
        """Idempotent by (case number, seq); batches may overlap and come in any order."""
        folded = fold(batch)
        if not folded.events:
            return
        async with self._direct.connect() as connection:
            known = await record(connection, folded)
        if unknown := {patch.case_no for patch in folded.cases} - known:
            _log.error("events of unknown cases were stored only", extra={"case_nos": sorted(unknown)})
