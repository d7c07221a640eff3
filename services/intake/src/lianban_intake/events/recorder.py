"""Recording events: whoever has some goes through here, so that their official documents are numbered with them."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from lianban.contracts.events import EventBatch
from lianban_intake.events.projection import fold
from lianban_intake.events.repository import record
from lianban_intake.official_documents.numbering import AUTHORITY_WORD, reservations


class Recorder:
    """``direct``: an engine in autocommit. ``authority``: the word numbers of official documents begin with."""

    def __init__(self, direct: AsyncEngine, authority: str = AUTHORITY_WORD) -> None:
        self._direct = direct
        self._authority = authority

    async def record(self, batch: EventBatch) -> set[str]:
        """Numbers of those cases that are not known here: their events are stored only. Idempotent by (case number,
        seq); batches may overlap and come in any order."""
        async with self._direct.connect() as connection:
            return await self.record_with(connection, batch)

    async def record_with(self, connection: AsyncConnection, batch: EventBatch) -> set[str]:
        """As :meth:`record`, with what else the connection's transaction writes."""
        folded = fold(batch)
        if not folded.events:
            return set()
        known = await record(connection, folded, reservations(batch, self._authority))
        return {patch.case_no for patch in folded.cases} - known
