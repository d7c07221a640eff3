"""Whether a department's system gets a task now, as this process knows it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from lianban.clock.deadlines import SHANGHAI
from lianban.platform.circuit import Circuit, CircuitRules, CircuitState
from lianban.platform.directory import DepartmentEntry
from lianban_adapters.channels.port import Unavailable
from lianban_adapters.isolation.hours import Schedule
from lianban_adapters.waiting import LONGEST

_LONGEST_RETRY: Final = 300.0
_LONGEST_WAIT: Final = 10.0  # seconds for a place, beside the time of two messages
_BUSY_AGAIN: Final = timedelta(seconds=2)

SWITCHED: Final = "部门系统停用，已切换到人工收件箱"
BUSY: Final = "部门系统正忙，按收件先后依次发送"
_BEHIND: Final = "部门系统有积压，按收件先后依次发送"


def pause_after(failure: Unavailable, attempts: int) -> float:
    """Seconds until a task that could not be sent is tried again: what the department asked for, else from one on,
    doubled each time."""
    if failure.retry_after is not None:
        return failure.retry_after.total_seconds()
    return backoff(attempts)


def backoff(attempts: int) -> float:
    return min(2.0 ** min(attempts - 1, 20), _LONGEST_RETRY)


class Seen(NamedTuple):
    """What a department has made of its messages since this was last written down. ``rejections``: since the last one
    it took."""

    succeeded_at: datetime | None = None
    rejected_at: datetime | None = None
    rejection: str | None = None
    rejections: int = 0


class GateKeeper:
    """Of one department. ``switched``: its tasks go to the inbox. ``behind``: tasks wait from a time when nothing could
    be sent; they come first, so nothing else is sent meanwhile."""

    def __init__(
        self,
        department: str,
        entry: DepartmentEntry,
        schedule: Schedule | None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        rules = entry.circuit
        self.department = department
        self.schedule = schedule
        self.concurrency = entry.concurrency
        self.places = asyncio.Semaphore(entry.concurrency)  # one for each message that is just being sent
        self._interval = 1 / entry.rate_per_second if entry.rate_per_second else 0.0
        self._free_at = 0.0
        self._pacing = asyncio.Lock()
        self.circuit = Circuit(
            rules=CircuitRules(
                failures=rules.failures,
                pause=rules.pause,
                longest=rules.longest,
                longest_asked=LONGEST.total_seconds(),
                growth=2.0,
                share=rules.share,
                window=rules.window,
            )
        )
        self.switched = False
        self.behind = True
        self.arrivals = 0
        self._arriving = 0
        self.changes = 0
        self.seen = Seen()
        self._clock = clock

    @contextmanager
    def arrival(self) -> Iterator[None]:
        """While a task is being stored to wait its turn."""
        self._arriving += 1
        try:
            yield
        finally:
            self._arriving -= 1
            self.arrivals += 1

    def is_up_to_date(self, arrivals: int) -> bool:
        """Whether no task can be waiting of which a look, begun after so many arrivals, has seen nothing."""
        return self._arriving == 0 and self.arrivals == arrivals

    @property
    def opens_at(self) -> datetime | None:
        """The next opening; none while it is open."""
        return self.schedule.opens_at(self._clock()) if self.schedule else None

    @property
    def may_try(self) -> bool:
        """Whether anything at all may be sent, be it one task to see whether the department is back."""
        return not self.switched and self.circuit.wait == 0 and self.opens_at is None

    @property
    def obstacle(self) -> str | None:
        """Why a new task has to wait, in Chinese; none: it is sent at once."""
        return self.closed or (_BEHIND if self.behind else None)

    @property
    def closed(self) -> str | None:
        """Why nothing goes to the department's system, though it may be about to be tried; none: it is at work."""
        if self.switched:
            return SWITCHED
        if (at := self.opens_at) is not None:
            return f"部门系统未到开放时间，{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 起发送"
        if self.circuit.state is not CircuitState.CLOSED:
            return "部门系统连续无法接收，暂停发送，恢复后按收件先后补发"
        return None

    @property
    def retry_after(self) -> timedelta:
        """When whoever finds it closed may look again."""
        wait = self.circuit.wait
        if (at := self.opens_at) is not None:
            wait = max(wait, (at - self._clock()).total_seconds())
        return timedelta(seconds=min(max(wait, 1.0), _LONGEST_RETRY))

    @property
    def paced(self) -> bool:
        """Whether the department bears only so many tasks a second."""
        return self._interval > 0

    async def pace(self) -> None:
        """Waits for the next turn, where the department bears only so many messages a second. Whoever is interrupted
        has taken none."""
        if not self.paced:
            return
        async with self._pacing:
            await asyncio.sleep(max(self._free_at - time.monotonic(), 0.0))
            self._free_at = time.monotonic() + self._interval

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[bool]:
        """A place for one message; whether it had to be waited for, so that all may be different by now. Whoever has a
        place already does not ask for another. Raises :class:`Unavailable` when it takes too long: what waits further
        on does not hold up those who wait for it."""
        waits = self.places.locked() or self._pacing.locked() or self._free_at > time.monotonic()
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(_LONGEST_WAIT + 2 * self._interval):
                    await stack.enter_async_context(self.places)
                    await self.pace()
            except TimeoutError:
                raise Unavailable(BUSY, _BUSY_AGAIN) from None
            yield waits
