"""How long steps take one after another, in the units of their limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from lianban.catalog.graph import Graph, topological
from lianban.clock.limits import TimeLimit, Unit

_WORKED = Fraction(5, 7)
"""Working days a natural day in an ordinary week: how limits in different units are laid on one scale."""


def promised_days(limit: TimeLimit | None) -> Fraction:
    """The promise in working days; none for a step without a clock."""
    return Fraction(0) if limit is None else in_working_days(limit.unit, limit.promised)


def legal_days(limit: TimeLimit | None) -> Fraction:
    """The legal limit in working days; the promise where no law sets one."""
    if limit is None or limit.legal is None:
        return promised_days(limit)
    return in_working_days(limit.unit, limit.legal)


def in_working_days(unit: Unit, number: int) -> Fraction:
    if unit is Unit.INSTANT:
        return Fraction(0)
    return number * (_WORKED if unit is Unit.NATURAL_DAYS else Fraction(1))


def critical_path(
    graph: Graph, limits: Mapping[str, TimeLimit | None], days: Callable[[TimeLimit | None], Fraction]
) -> tuple[Fraction, tuple[str, ...]]:
    """Length in working days of the longest chain of steps, and the chain. Zero and empty without steps."""
    best: dict[str, tuple[Fraction, tuple[str, ...]]] = {}
    for code in topological(graph):
        length, chain = max(
            (best[before] for before in graph[code]), key=lambda item: item[0], default=(Fraction(0), ())
        )
        best[code] = (length + days(limits[code]), (*chain, code))
    return max(best.values(), key=lambda item: item[0], default=(Fraction(0), ()))
