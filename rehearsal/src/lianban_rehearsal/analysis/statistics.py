"""Figures of samples, as whole as the samples themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_Z95: Final = 1.959964


def percentile(values: Sequence[int], percent: int) -> int:
    """The smallest value that ``percent`` of all do not exceed (nearest rank). ValueError for no values."""
    if not values:
        raise ValueError("no values")
    rank = -(-percent * len(values) // 100)
    return sorted(values)[max(rank, 1) - 1]


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``all``."""

    hits: int
    all: int

    @property
    def value(self) -> float | None:
        return self.hits / self.all if self.all else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true share lies with 95 % confidence (Wilson): so few runs say no more."""
        if not self.all:
            return None
        share, squared = self.hits / self.all, _Z95**2 / self.all
        middle = (share + squared / 2) / (1 + squared)
        spread = _Z95 * math.sqrt(share * (1 - share) / self.all + squared / self.all / 4) / (1 + squared)
        return max(0.0, middle - spread), min(1.0, middle + spread)


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and 95th percentile in working days; ``least`` and ``most`` of all."""

    median: int
    p95: int
    least: int
    most: int

    @classmethod
    def of(cls, values: Sequence[int]) -> Spread | None:
        if not values:
            return None
        return cls(percentile(values, 50), percentile(values, 95), min(values), max(values))
