"""Guides of the edition in force: made when first asked for, in threads of their own, and kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from lianban.catalog.answers import InvalidAnswers, validate_answers
from lianban.catalog.guide import Guide
from lianban.catalog.guide_builder import build_guide
from lianban.catalog.standard_fields import task_records
from lianban.platform.problems import Problem
from lianban_intake.guides import pages, typeset
from lianban_intake.guides.answer import HTML, JSON, PDF, Made
from lianban_intake.guides.answers import chosen
from lianban_intake.guides.index import Index, Narrowing
from lianban_intake.guides.kept import Kept
from lianban_intake.guides.qr import qr_svg
from lianban_intake.themes.edition import Edition
from lianban_intake.themes.service import answer_errors
from lianban_intake.threads import MakingThreads

_PAGES: Final = 4096
"""At about 10 kB each: 60 themes have some 3,000 situations."""
_WHOLES: Final = 256
_DOCUMENTS: Final = 128
"""Two for each of 60 themes, at about 350 kB and 110 kB."""


@dataclass(frozen=True)
class _Shelf:
    """What belongs to one edition. ``wholes``: guides for everyone, by theme."""

    edition: Edition
    index: Index
    wholes: Kept[str, Guide]
    made: Kept[tuple[object, ...], Made]
    documents: Kept[tuple[str, str], Made]


class Guides:
    """Methods raise UnknownTheme. For one event loop."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url
        self._threads = MakingThreads()
        self._shelf: _Shelf | None = None

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    def url(self, code: str) -> str:
        """Address of a theme's guide, for posters."""
        return f"{self._public_url}/guide/{code}"

    async def index(self, edition: Edition, narrowing: Narrowing) -> Made:
        shelf = self._of(edition)

        def make() -> Made:
            return Made.of(pages.index_page(shelf.index, narrowing), HTML)

        if shelf.index.offers(narrowing):
            return await shelf.made.get(("index", narrowing), make)
        return await self._made(make)

    async def page(self, edition: Edition, code: str, answers: Mapping[str, str]) -> Made:
        shelf = self._of(edition)
        found = chosen(edition.theme(code), answers)
        whole = await self._whole(shelf, code)

        def make() -> Made:
            guide = build_guide(edition.catalog, code, dict(found.answers)) if found.complete else whole
            return Made.of(pages.guide_page(whole, guide, found), HTML)

        # Of half-answered questionnaires there are ten times as many as of situations: they would push those out.
        return await (shelf.made.get(("page", code, found), make) if found.lasting else self._made(make))

    async def data(self, edition: Edition, code: str, answers: Mapping[str, str]) -> Made:
        """Raises the problem 422 ``invalid-answers`` with every fault."""
        shelf, theme = self._of(edition), edition.theme(code)
        if answers and (faults := validate_answers(theme, answers)):
            errors = answer_errors(InvalidAnswers(faults))
            raise Problem(422, "invalid-answers", "情形引导的回答有误", f"共有 {len(errors)} 处需要更正。", errors)
        whole, found = await self._whole(shelf, code), chosen(theme, answers)

        def make() -> Made:
            guide = build_guide(edition.catalog, code, dict(found.answers)) if found.complete else whole
            tasks = [task.model_dump(mode="json", by_alias=True) for task in task_records(edition.catalog, theme)]
            body = {**guide.model_dump(mode="json"), "dated": edition.dated.isoformat(), "tasks": tasks}
            return Made.of(json.dumps(body, ensure_ascii=False).encode(), JSON)

        return await (shelf.made.get(("data", code, found), make) if found.lasting else self._made(make))

    async def document(self, edition: Edition, code: str) -> Made:
        shelf = self._of(edition)
        whole = await self._whole(shelf, code)

        def make() -> Made:
            return Made.of(typeset.standard_pdf(whole, edition.dated), PDF, f"{code}.pdf")

        return await shelf.documents.get(("standard", code), make)

    async def poster(self, edition: Edition, code: str) -> Made:
        """For a large screen."""
        shelf = self._of(edition)
        whole, url = await self._whole(shelf, code), self.url(code)

        def make() -> Made:
            return Made.of(pages.poster_page(whole, url, qr_svg(url)), HTML)

        return await shelf.made.get(("poster", code), make)

    async def poster_document(self, edition: Edition, code: str) -> Made:
        """For print."""
        shelf = self._of(edition)
        whole, url = await self._whole(shelf, code), self.url(code)

        def make() -> Made:
            return Made.of(typeset.poster_pdf(whole, edition.dated, url, qr_svg(url)), PDF, f"{code}-poster.pdf")

        return await shelf.documents.get(("poster", code), make)

    async def _made(self, make: Callable[[], Made]) -> Made:
        """Not to be kept."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, make)

    async def _whole(self, shelf: _Shelf, code: str) -> Guide:
        shelf.edition.theme(code)
        return await shelf.wholes.get(code, lambda: build_guide(shelf.edition.catalog, code))

    def _of(self, edition: Edition) -> _Shelf:
        """A new edition gets a new shelf; the old one goes with its last reader."""
        if self._shelf is None or self._shelf.edition is not edition:
            self._shelf = _Shelf(
                edition=edition,
                index=Index.of(edition.catalog),
                wholes=Kept(_WHOLES, self._threads),
                made=Kept(_PAGES, self._threads),
                documents=Kept(_DOCUMENTS, self._threads),
            )
        return self._shelf
