"""Distributions of durations in working days, by their quantile functions: one uniform number gives one duration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Protocol

_NORMAL: Final = NormalDist()
_P95: Final = _NORMAL.inv_cdf(0.95)
_LEAST: Final = 2.0**-53
"""Uniform numbers are multiples of this; 0 itself has no quantile."""


class Distribution(Protocol):
    def at(self, share: float) -> float:
        """The duration that a ``share`` (from 0 to less than 1) of all do not exceed. Never decreases with it."""


@dataclass(frozen=True, slots=True)
class Lognormal:
    """The usual shape of waiting: most are near the median, a few take very long."""

    median: float
    p95: float

    def at(self, share: float) -> float:
        sigma = math.log(self.p95 / self.median) / _P95
        return self.median * math.exp(sigma * _NORMAL.inv_cdf(max(share, _LEAST)))


@dataclass(frozen=True, slots=True)
class Measured:
    """Durations as they were: each as likely as any other. ``values`` in order, at least one."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> Measured:
        return cls(tuple(sorted(values)))

    def at(self, share: float) -> float:
        return self.values[int(share * len(self.values))]
