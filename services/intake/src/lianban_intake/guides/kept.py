"""What was made once is kept: least recently used goes first, and nobody makes what another is making."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """At most ``size`` values, made in ``executor``. For one event loop."""

    def __init__(self, size: int, executor: Executor) -> None:
        self._size = size
        self._executor = executor
        self._made: OrderedDict[K, asyncio.Future[V]] = OrderedDict()

    async def get(self, key: K, make: Callable[[], V]) -> V:
        """The value of ``key``. An exception of ``make`` goes to everyone who waits for it, and is not kept."""
        made = self._made.get(key)
        if made is None:
            made = asyncio.get_running_loop().run_in_executor(self._executor, make)
            self._made[key] = made
            made.add_done_callback(lambda ended: self._forget_failed(key, ended))
            if len(self._made) > self._size:
                self._made.popitem(last=False)
        else:
            self._made.move_to_end(key)
        # Shielded: one caller who goes away must not take the value from the others.
        return made.result() if made.done() else await asyncio.shield(made)

    def _forget_failed(self, key: K, ended: asyncio.Future[V]) -> None:
        if (ended.cancelled() or ended.exception() is not None) and self._made.get(key) is ended:
            del self._made[key]
