"""A department's backlog, worked off in single file: strictly in the order of receipt, each task acknowledged before
the next one is sent."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import Enum, auto
from typing import Final

from lianban.platform.database import Database
from lianban_adapters.isolation import waiting
from lianban_adapters.isolation.gate import GateKeeper
from lianban_adapters.isolation.waiting import Head

PATIENCE: Final = 3
"""How often a task may fail before those behind it no longer wait for it: the order is worth that much."""

_REST: Final = 1.0  # seconds before the head of the file is looked at again


class _Then(Enum):
    ON = auto()
    REST = auto()
    DONE = auto()
    ENDED = auto()


class CatchUp:
    """What was stored ``until`` then. ``lease``: None when another process has taken over; ``settle``: whether the
    task is settled."""

    def __init__(
        self,
        database: Database,
        gate: GateKeeper,
        until: datetime,
        lease: Callable[[], Awaitable[int | None]],
        settle: Callable[[Head, int], Awaitable[bool]],
    ) -> None:
        self._database = database
        self._gate = gate
        self._until = until
        self._lease = lease
        self._settle = settle
        self._failures: Counter[str] = Counter()
        self._aside: set[str] = set()
        self._doubted = False
        """The last task failed so often that the next one is to tell whether the department does."""

    async def run(self) -> bool:
        """False when the department, or what its tasks need, is not there (any more)."""
        then = _Then.ON
        while then in (_Then.ON, _Then.REST) and self._may_go_on:
            then = await self._send_first()
            if then is _Then.REST:
                await asyncio.sleep(_REST)
        if then is not _Then.DONE:
            return False
        self._gate.behind = self._gate.closed is not None
        if self._aside and not self._gate.behind:
            async with self._database.connection() as connection:
                await waiting.forget_attempts(connection, self._gate.department, PATIENCE)
        return not self._gate.behind

    @property
    def _may_go_on(self) -> bool:
        gate = self._gate
        return not gate.switched and gate.opens_at is None and (self._doubted or gate.may_try)

    async def _send_first(self) -> _Then:
        gate = self._gate
        async with gate.places:
            await gate.pace()
            if not self._may_go_on or await self._lease() is None:
                return _Then.ENDED
            async with self._database.connection() as connection:
                named = (connection, gate.department, self._until, self._aside)
                head = await waiting.take_first(*named)
                if head is None:
                    # One that is being sent elsewhere may fail and wait again: nothing is sent before it.
                    return _Then.REST if await waiting.is_left(*named) else _Then.DONE
            if not gate.circuit.lets_pass():
                gate.circuit.try_anyway()
            return self._after(head, settled=await self._settle(head, self._failures[head.id] + 1))

    def _after(self, head: Head, *, settled: bool) -> _Then:
        if settled:
            if self._doubted:  # the department is there, and may have come back only just now
                self._aside = {task for task in self._aside if self._failures[task] >= PATIENCE}
            self._doubted = False
            return _Then.ON
        self._failures[head.id] += 1
        may_try = self._gate.may_try
        if (self._failures[head.id] if may_try else head.attempts) < PATIENCE:
            return _Then.REST if may_try else _Then.ENDED
        if self._doubted:
            return _Then.ENDED
        self._doubted = True
        self._aside.add(head.id)
        return _Then.ON
