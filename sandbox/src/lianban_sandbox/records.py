"""Bounded memory of what arrived: the newest stay, all are counted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Records(Generic[T]):
    """Entries by key, oldest first. ``total`` counts every entry ever added, ``repeats`` those that came again."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.total = 0
        self.repeats = 0
        self._entries: OrderedDict[str, T] = OrderedDict()

    def add(self, key: str, entry: T) -> None:
        self._entries[key] = entry
        self.total += 1
        if len(self._entries) > self.capacity:
            self._entries.popitem(last=False)

    def get(self, key: str) -> T | None:
        return self._entries.get(key)

    def newest_first(self) -> Iterator[T]:
        return reversed(self._entries.values())

    def __iter__(self) -> Iterator[T]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)
