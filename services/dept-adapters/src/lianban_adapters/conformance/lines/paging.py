"""A list of acts that is read page by page, as a platform with much to fetch reads it."""

from __future__ import annotations

from typing import Final

from lianban_adapters.channels.incoming.port import Source
from lianban_adapters.channels.port import Unavailable
from lianban_adapters.conformance.evidence import Cause, Evidence, Paging

_MOST_PAGES: Final = 40


class Pages:
    """``small``: one act a page. ``large``: as many as may be."""

    def __init__(self, small: Source, large: Source, evidence: Evidence) -> None:
        self._small = small
        self._large = large
        self._evidence = evidence

    async def look(self) -> None:
        """Acts come and go meanwhile: what lies there before and after has to be seen."""
        try:
            before, _ = await self._walked(self._large)
            pages, ended = await self._walked(self._small)
            after, _ = await self._walked(self._large)
        except Unavailable as unavailable:
            self._evidence.troubles.append(Cause(unavailable.reason))
            return
        stable = frozenset(key for page in before for key in page) & {key for page in after for key in page}
        self._evidence.paging.append(Paging(pages, ended, stable))

    async def _walked(self, source: Source) -> tuple[list[list[str]], bool]:
        """The pages, and whether they came to an end."""
        pages: list[list[str]] = []
        after: str | None = None
        while len(pages) < _MOST_PAGES:
            batch = await source.fetch(after)
            pages.append(list(batch.keys))
            after = batch.next
            if after is None:
                return pages, True
        return pages, False
