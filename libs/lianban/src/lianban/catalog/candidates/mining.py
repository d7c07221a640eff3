"""Frequent groups of matters (Apriori, Agrawal and Srikant 1994), those that occur together more than by chance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import Final

from efficient_apriori import itemsets_from_transactions

from lianban.catalog.candidates.occasions import MAX_MATTERS, Occasions

MIN_OCCASIONS: Final = 20
"""Fewer prove nothing, and might point to persons."""
ABSORBED: Final = 0.8
"""A group tells nothing of its own when a larger one has this share of its occasions."""


@dataclass(frozen=True, slots=True)
class Group:
    """``matters``: numbers, ascending. ``lift``: how many times more often than by chance the group's weakest member
    joins the others."""

    matters: tuple[int, ...]
    occasions: int
    lift: float


def frequent_groups(found: Occasions, min_support: float, min_lift: float) -> list[Group]:
    """Groups of two or more matters that occur in at least ``min_support`` of all occasions, and ``MIN_OCCASIONS``,
    with a lift of at least ``min_lift``; a group that a larger one stands for is left out."""
    if not found.groups:
        return []
    # Only occasions of several matters can hold a group, so only they are searched; half an occasion keeps the
    # library's comparison of fractions away from the limit.
    least = max(MIN_OCCASIONS, ceil(min_support * found.count))
    if least > len(found.groups):
        return []
    counted, _ = itemsets_from_transactions(found.groups, (least - 0.5) / len(found.groups), max_length=MAX_MATTERS)
    counts: dict[tuple[int, ...], int] = {(matter,): count for matter, count in found.single.items()}
    groups = [(matters, count) for size, sets in counted.items() if size > 1 for matters, count in sets.items()]
    counts.update(groups)
    joined = (Group(matters, count, _lift(matters, counts, found.count)) for matters, count in groups)
    return _standing(group for group in joined if group.lift >= min_lift)


def _lift(matters: tuple[int, ...], counts: dict[tuple[int, ...], int], total: int) -> float:
    """P(all) / (P(all but one) · P(that one)), for the one with which it is least."""
    return min(
        counts[matters] * total / (counts[tuple(item for item in matters if item != one)] * counts[one,])
        for one in matters
    )


def _standing(groups: Iterable[Group]) -> list[Group]:
    kept: list[Group] = []
    holders: dict[int, list[Group]] = {}
    for group in sorted(groups, key=lambda item: (-len(item.matters), item.matters)):
        members = set(group.matters)
        if any(
            members < set(larger.matters) and larger.occasions >= ABSORBED * group.occasions
            for larger in holders.get(group.matters[0], ())
        ):
            continue
        kept.append(group)
        for matter in group.matters:
            holders.setdefault(matter, []).append(group)
    return kept
