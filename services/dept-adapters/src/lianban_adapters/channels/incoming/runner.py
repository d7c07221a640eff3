"""Fetches one department's acts, for as long as the service runs."""

from __future__ import annotations

import asyncio
import functools
import logging
import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from lianban_adapters.channels.incoming.port import Found, Receipt, Source, Unfinished, Unusable
from lianban_adapters.channels.port import Unavailable

PATIENCE: Final = 3
"""Passes that stop at an act that fails: the order of acts is worth that much. Then the others go on without it."""

MOST_BATCHES: Final = 100
"""In one pass: a source that never comes to an end shall not be asked without a pause."""

AT_ONCE: Final = 8
"""Acts of one department under way, each with its files: a night's worth of decisions shall not wait for one another.
Those of one case are taken one after the other, in the order they were written."""

LARGE: Final = 10 * 1024 * 1024
"""Bytes of an act that counts for half of those at a time, and so on: what is under way lies in memory."""

_JITTER: Final = 0.2
_LONGEST_PAUSE: Final = 300.0  # seconds between two passes, however often they fail
_SET_ASIDE: Final = 60.0  # seconds an act that keeps failing is left alone
_FORGOTTEN: Final = 900.0  # seconds after which an act that has not come again was taken away
_IN_A_ROW: Final = 3  # acts failing one after the other: then it is not the acts

_BROKEN: Final = "取动作时出错，稍后再试"

_log = logging.getLogger(__name__)


class Taking(Protocol):
    """:class:`~lianban_adapters.channels.incoming.reception.Reception`."""

    async def take(self, department: str, found: Found) -> Receipt:
        """Raises :class:`Unusable`."""


@dataclass
class _Setback:
    """An act that fails through no fault of its own. ``task``: whose later acts wait for it, where it is known."""

    passes: int = 0
    last: float = 0.0
    free_at: float = 0.0
    task: object = None


class _Sweep:
    """One batch under way. ``places``: for acts in our hands; ``line``: one question at a time to the department,
    whose system bears what it said it bears. ``latest`` by case; ``stopped``: by what."""

    def __init__(self) -> None:
        self.places = asyncio.Semaphore(AT_ONCE)
        self.line = asyncio.Lock()
        self.latest: dict[str | None, asyncio.Task[None]] = {}
        self.in_a_row = 0
        self.stopped: Exception | None = None

    def leave(self, places: int, _: object) -> None:
        for _place in range(places):
            self.places.release()


@dataclass
class Course:
    """How fetching goes, as this process knows it. ``failures`` in a row; ``failure`` in Chinese."""

    failures: int = 0
    failed_at: datetime | None = None
    failure: str | None = None
    succeeded_at: datetime | None = None

    def succeeded(self) -> None:
        self.failures, self.succeeded_at = 0, datetime.now(UTC)

    def failed(self, reason: str) -> None:
        self.failures += 1
        self.failed_at, self.failure = datetime.now(UTC), reason


class Runner:
    """One pass reads everything the department has left, in order, and takes several at a time; then it rests for
    ``interval`` seconds. One for a department: a source that hangs or sends rubbish holds up nobody else's."""

    def __init__(self, department: str, source: Source, reception: Taking, interval: float) -> None:
        self._department = department
        self._source = source
        self._reception = reception
        self._interval = interval
        self._after: str | None = None
        self._batches = 0
        self._setbacks: dict[str, _Setback] = {}
        self.course = Course()

    async def run(self) -> None:
        await asyncio.sleep(self._interval * random.random())  # many departments shall not be asked at one instant
        while True:
            try:
                more = await self.run_once()
                self.course.succeeded()
                pause = 0.0 if more else self._interval
            except Exception as error:
                pause = self._failed(error)
            await asyncio.sleep(pause * random.uniform(1 - _JITTER, 1 + _JITTER))

    async def run_once(self) -> bool:
        """One batch. True when there is another one; raises when this one could not be finished, and begins anew
        then."""
        after, self._after = self._after, None
        batch = await self._source.fetch(after)
        sweep = _Sweep()
        async with asyncio.TaskGroup() as group:
            for key in batch.keys:
                if self._is_set_aside(key):
                    continue
                await sweep.places.acquire()
                if sweep.stopped is not None:
                    break
                read = await self._read(sweep, key)
                places = _places_of(read)
                for _further in range(1, places):
                    await sweep.places.acquire()
                case = _case_of(read)
                task = group.create_task(self._settle(sweep, key, read, sweep.latest.get(case)))
                task.add_done_callback(functools.partial(sweep.leave, places))
                if case is None:
                    await asyncio.wait([task])  # whose it is nobody knows: nothing that was written after it passes it
                else:
                    sweep.latest[case] = task
        if sweep.stopped is not None:
            raise sweep.stopped
        self._batches = self._batches + 1 if after is not None else 1
        self._after = batch.next if self._batches < MOST_BATCHES else None
        return self._after is not None

    async def _read(self, sweep: _Sweep, key: str) -> Found | Exception:
        try:
            async with sweep.line:
                return await self._source.read(key)
        except Exception as error:
            return error

    async def _settle(
        self, sweep: _Sweep, key: str, read: Found | Exception, before: asyncio.Task[None] | None
    ) -> None:
        """``before``: the act of the same case that was written before it."""
        if before is not None:
            await before
            if sweep.stopped is not None:
                return
        try:
            await self._take(sweep, key, read)
        except Exception as error:
            sweep.in_a_row += 1
            if self._set_back(key) < PATIENCE or sweep.in_a_row >= _IN_A_ROW:
                sweep.stopped = sweep.stopped or error
            else:
                _log.warning("act set aside", extra={"department": self._department, "error": _kind(error)})
        else:
            sweep.in_a_row = 0
            self._setbacks.pop(key, None)

    async def _take(self, sweep: _Sweep, key: str, read: Found | Exception) -> None:
        try:
            if isinstance(read, Exception):
                raise read
            task = _task_of(read)
            if self._waits_for_another(key, task):
                return
            if key in self._setbacks:
                self._setbacks[key].task = task
            receipt = await self._reception.take(self._department, read)
        except Unfinished:
            return  # nothing waits for it: its turn is when it was written
        except Unusable as unusable:
            extra = {"department": self._department, "faults": str(unusable)}
            _log.warning("act put into quarantine", extra=extra)
            async with sweep.line:
                await self._source.quarantine(key, unusable.faults)
        else:
            async with sweep.line:
                await self._source.acknowledge(key, receipt)

    def _set_back(self, key: str) -> int:
        now = time.monotonic()
        self._setbacks = {known: one for known, one in self._setbacks.items() if now - one.last < _FORGOTTEN}
        setback = self._setbacks.setdefault(key, _Setback())
        setback.passes += 1
        setback.last = now
        if setback.passes >= PATIENCE:
            setback.free_at = now + _SET_ASIDE
        return setback.passes

    def _is_set_aside(self, key: str) -> bool:
        setback = self._setbacks.get(key)
        return setback is not None and time.monotonic() < setback.free_at

    def _waits_for_another(self, key: str, task: object) -> bool:
        """Acts of one task are taken in their order."""
        return task is not None and any(
            other != key and setback.task == task and self._is_set_aside(other)
            for other, setback in self._setbacks.items()
        )

    def _failed(self, error: Exception) -> float:
        """Seconds to rest."""
        self.course.failed(error.reason if isinstance(error, Unavailable) else _BROKEN)
        failures = self.course.failures
        pause = min(self._interval * 2.0 ** min(failures, 20), _LONGEST_PAUSE)
        extra: dict[str, Any] = {"department": self._department, "error": _kind(error), "failures": failures}
        if isinstance(error, Unavailable):
            extra["reason"] = error.reason
            if error.retry_after is not None:
                pause = max(pause, error.retry_after.total_seconds())
        _log.warning("acts of a department cannot be fetched", extra=extra)
        return pause


def _task_of(read: Found) -> object:
    return read.act.get("task_id") if isinstance(read.act, dict) else None


def _case_of(read: Found | Exception) -> str | None:
    """None where it cannot be told."""
    task = _task_of(read) if isinstance(read, Found) else None
    if not isinstance(task, str):
        return None
    named = task.strip()  # as it is understood when it is taken
    return named.rpartition(":")[0] or named


def _places_of(read: Found | Exception) -> int:
    size = _size(read.act) if isinstance(read, Found) else 0
    return min(AT_ONCE, max(1, size * AT_ONCE // (2 * LARGE)))


def _size(act: Any) -> int:
    """Of all its texts and files."""
    size, left = 0, [act]
    while left:
        match left.pop():
            case str() | bytes() as content:
                size += len(content)
            case list() as parts:
                left.extend(parts)
            case dict() as parts:
                left.extend(parts.values())
    return size


def _kind(error: Exception) -> str:
    """Not its text, which may quote what people wrote."""
    return type(error).__name__
