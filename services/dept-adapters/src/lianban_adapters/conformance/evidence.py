"""What was seen: messages sent, acts that came, materials that were fetched. Judged afterwards."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from lianban.clock.deadlines import SHANGHAI
from lianban.platform.problems import FieldError
from lianban_adapters.acts.schemas import CallbackAct

MOST: Final = 2000
"""Acts kept: a department that does not stop shall not fill the memory."""

_MOST_PATHS: Final = 20
_PATH: Final = 120

CALLBACK: Final = "callback"
IN_ANSWER: Final = "answer"
FETCHED: Final = "fetched"
"""Ways an act comes."""


class Play(StrEnum):
    """One exchange, on a task of its own."""

    BASIC = "basic"  # a task, the same message again, and once more when it has been answered
    RETRY = "retry"  # the platform is out of order for a moment
    CONFLICT = "conflict"  # the platform answers 409
    FAULTY = "faulty"  # the platform answers 422
    SUPPLEMENT = "supplement"  # something is missing, and comes
    WITHDRAWN = "withdrawn"
    STRANGER = "stranger"  # withdrawn before it is sent
    PAGED = "paged"  # two acts that wait, listed one by one
    FIELDS = "fields"  # fields nobody knows
    TYPE = "type"  # a message nobody knows
    LARGE = "large"
    DAMAGED = "damaged"  # a material arrives cut off
    ACCEPTANCE = "acceptance"  # of a whole case
    FORGED = "forged"  # signed with another key
    UNSIGNED = "unsigned"
    ALTERED = "altered"  # another body than was signed
    STALE = "stale"  # signed ten minutes ago


class Reply(StrEnum):
    """What the platform makes of an answer."""

    TAKEN = "taken"
    REJECTED = "rejected"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Answered:
    """``reason``, ``advice``: Chinese, of what was not taken and what to do about it. ``acts``: given at once."""

    reply: Reply
    reason: str = ""
    acts: tuple[object, ...] = ()
    advice: str = ""


@dataclass(frozen=True)
class Cause:
    """One thing for which many checks cannot be made. Chinese."""

    seen: str
    advice: str = ""


@dataclass(frozen=True)
class Sent:
    play: Play
    type: str
    message_id: str
    at: float
    answered: Answered


@dataclass(frozen=True)
class Arrival:
    """An act as it came. ``signature``: problem type, none where it holds or none is needed. ``form``, ``content``:
    faults in itself, and against its task. ``status``, ``problem``: what was answered. ``lag``: seconds from signing
    to arrival. ``flaw``: Chinese, what is wrong with the signature whenever it was made."""

    play: Play | None
    way: str
    at: float
    task_id: str
    act_id: str
    act: CallbackAct | None
    written: str
    fingerprint: str
    signature: str | None
    lag: float | None
    form: tuple[FieldError, ...]
    content: tuple[FieldError, ...]
    status: int
    problem: str | None
    flaw: str | None = None


@dataclass(frozen=True)
class Stamp:
    """A time the department wrote into a column, as that column is to be read."""

    column: str
    written: datetime


@dataclass(frozen=True)
class Paging:
    """One look through the acts page by page. ``stable``: ids that lay there before it and after it."""

    pages: Sequence[Sequence[str]]
    ended: bool
    stable: frozenset[str]


@dataclass(frozen=True)
class Fetch:
    """Of a material. ``known``: by its token."""

    play: Play
    digest: str
    known: bool
    status: int


@dataclass
class Evidence:
    began: float = field(default_factory=lambda: now())
    halted: Cause | None = None
    """Why nothing was played after the first message."""
    silence: Cause | None = None
    """What is to be said where no act comes at all."""
    place: Callable[[str], str] = lambda pointer: pointer
    """What the department calls the place of a fault, such as the column."""
    sent: list[Sent] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    fetches: list[Fetch] = field(default_factory=list)
    withdrawn_at: float | None = None
    """When the department had said that it knows of the withdrawal."""
    listings: int = 0
    """Lists of acts that could be read, of a department that is polled."""
    listed_again: Counter[str] = field(default_factory=Counter)
    """Acts that were listed after their receipt."""
    unfinished: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Batches that are not written to their end: when each was first and last seen so."""
    vanished: set[str] = field(default_factory=set)
    """Batches of ours that the department took away altogether."""
    paging: list[Paging] = field(default_factory=list)
    stamps: dict[Stamp, float] = field(default_factory=dict)
    """And when each was first seen."""
    leftovers: set[str] = field(default_factory=set)
    """Tasks of earlier runs on which there were acts."""
    astray: Counter[str] = field(default_factory=Counter)
    """Paths that were posted to and that the platform has not."""
    troubles: list[Cause] = field(default_factory=list)
    """Why acts could not be fetched; without advice where there is none in particular."""
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def still_unfinished(self, batch: str) -> None:
        first, _ = self.unfinished.get(batch, (now(), 0.0))
        self.unfinished[batch] = first, now()

    async def arrived(self, arrival: Arrival) -> None:
        async with self._changed:
            if len(self.arrivals) < MOST:
                self.arrivals.append(arrival)
            self._changed.notify_all()

    def posted_astray(self, path: str) -> None:
        if path in self.astray or len(self.astray) < _MOST_PATHS:
            self.astray[path[:_PATH]] += 1

    def stamped(self, column: str, written: datetime) -> None:
        """``written``: as it stands in the column, which is to be Beijing time."""
        self.stamps.setdefault(Stamp(column, written.replace(tzinfo=SHANGHAI)), now())

    async def until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Waits for an act that makes ``true`` so."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(true)
        except TimeoutError:
            return False
        return True

    def messages(self, *plays: Play) -> Iterator[Sent]:
        return (one for one in self.sent if one.play in plays)

    def acts(self, *plays: Play) -> list[Arrival]:
        """Of these plays; of all without any."""
        return [one for one in self.arrivals if not plays or one.play in plays]


def now() -> float:
    return time.time()
