"""The activity ``record_events``, which workflows and the other services' relays call on the queue ``intake``."""

from __future__ import annotations

import logging

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from lianban.contracts.events import EventBatch
from lianban.contracts.names import ACTIVITY_RECORD_EVENTS
from lianban_intake.events.recorder import Recorder
from lianban_intake.official_documents.numbering import AUTHORITY_WORD

_log = logging.getLogger(__name__)


class EventActivities:
    """See :class:`~lianban_intake.events.recorder.Recorder`."""

    def __init__(self, direct: AsyncEngine, authority: str = AUTHORITY_WORD) -> None:
        self._recorder = Recorder(direct, authority)

    @activity.defn(name=ACTIVITY_RECORD_EVENTS)
    async def record_events(self, batch: EventBatch) -> None:
        """Idempotent by (case number, seq); batches may overlap and come in any order."""
        if unknown := await self._recorder.record(batch):
            _log.error("events of unknown cases were stored only", extra={"case_nos": sorted(unknown)})
