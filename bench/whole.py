"""The whole stack: an application over HTTP until its case has ended, everything in between real.

Five steps side by side (a restaurant that has its business licence), sandbox departments that call back at once,
electronic delivery, so that the shape is that of :mod:`bare`: five submissions, five decisions, two last calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from lianban.catalog.terms import DeliveryMode
from lianban_sandbox.portal.filing import Filer
from lianban_sandbox.portal.state import RunningStack

THEME: Final = "B4"
ANSWERS: Final = {
    "licence": "held",
    "fire": "commitment",
    "signboard": "outdoor",
    "drainage": "separate",
    "boiler": "equipped",
}
STEPS: Final = 5
DEPARTMENTS: Final = ("market", "fire", "urban-management", "housing", "ecology")
"""Each with one of the steps."""

_LOOK_AGAIN: Final = 0.05  # seconds


class Cases:
    """Files applications and waits for their ends, as the intake's own database knows them."""

    def __init__(self, filer: Filer, body: dict[str, Any], database: asyncpg.Connection) -> None:
        self._filer = filer
        self._body = body
        self._database = database
        self._waiting: dict[str, asyncio.Future[None]] = {}

    async def run_case(self, number: str) -> None:
        source = {**self._body["source"], "number": number}
        filed = await self._filer.client.file({**self._body, "source": source}, number)
        ended = asyncio.get_running_loop().create_future()
        self._waiting[filed["case_no"]] = ended
        await ended

    async def watch(self) -> None:
        """One small query for all that wait, instead of a poll for each."""
        while True:
            await asyncio.sleep(_LOOK_AGAIN)
            rows = await self._database.fetch(
                "select case_no from intake.cases where case_no = any($1) and status = 'completed'",
                list(self._waiting),
            )
            for row in rows:
                self._waiting.pop(row["case_no"]).set_result(None)


@asynccontextmanager
async def cases(running: RunningStack, database_url: str) -> AsyncIterator[Cases]:
    """Ready to file: prefilled once, the materials fetched or uploaded once, before anything is measured."""
    database = await asyncpg.connect(database_url)
    try:
        async with running.portal("bench") as portal:
            filer = await Filer.prepare(portal, THEME, answers=ANSWERS, delivery=DeliveryMode.ELECTRONIC)
            found = Cases(filer, await filer.build("bench"), database)
            watching = asyncio.create_task(found.watch())
            try:
                yield found
            finally:
                watching.cancel()
    finally:
        await database.close()
