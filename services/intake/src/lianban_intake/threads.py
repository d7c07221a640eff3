"""Threads that make pages and documents, with an end to what waits for them: who makes up addresses must not fill the
memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, ParamSpec, TypeVar

from lianban.platform.problems import Problem

_THREADS: Final = 2
_WAITING: Final = 200
"""A page takes 10 ms, a document 100 ms: more than this many are not made within the patience of a reader."""

P = ParamSpec("P")
T = TypeVar("T")


class MakingThreads(ThreadPoolExecutor):
    """Of their own, so that a rush on guides waits for itself and not in the queue of materials. ``busy``: what whoever
    comes when too much waits is told."""

    def __init__(self, waiting: int = _WAITING, busy: str = "查看办事指南的人较多") -> None:
        super().__init__(_THREADS, thread_name_prefix="making")
        self._free = threading.BoundedSemaphore(waiting)
        self._busy = busy

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Raises the problem 503 ``busy`` where too much waits already."""
        if not self._free.acquire(blocking=False):
            raise Problem(503, "busy", self._busy, "请稍后再试。", headers={"Retry-After": "5"})
        future = super().submit(fn, *args, **kwargs)
        future.add_done_callback(self._ended)
        return future

    def _ended(self, _future: Future[Any]) -> None:
        self._free.release()
