"""Occasions: what one applicant filed close together, as a case once for all could have joined it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from lianban.catalog.candidates.records import PastCases

MAX_MATTERS: Final = 12
"""Different matters of an occasion. Who files more within the window is an agent, not one thing in somebody's life."""


@dataclass
class Occasions:
    """``groups``: numbers of the matters of each occasion with two or more, ascending. ``single``: matter → occasions
    it occurs in, those of one matter too. ``too_large`` were left out."""

    groups: list[tuple[int, ...]] = field(default_factory=list)
    single: Counter[int] = field(default_factory=Counter)
    count: int = 0
    applicants: int = 0
    too_large: int = 0

    def add(self, matters: set[int]) -> None:
        if len(matters) > MAX_MATTERS:
            self.too_large += 1
            return
        self.count += 1
        self.single.update(matters)
        if len(matters) > 1:
            self.groups.append(tuple(sorted(matters)))


def occasions(cases: PastCases, window: int) -> Occasions:
    """An occasion begins with an applicant's first case that no earlier occasion has, and takes in all cases of the
    ``window`` days after it. So each case belongs to one occasion, and nothing is counted twice."""
    found = Occasions()
    order = sorted(range(len(cases)), key=lambda row: (cases.applicants[row], cases.days[row]))
    applicant: int | None = None
    begun = 0
    matters: set[int] = set()
    for row in order:
        if cases.applicants[row] != applicant or cases.days[row] - begun > window:
            if matters:
                found.add(matters)
            found.applicants += cases.applicants[row] != applicant
            applicant, begun, matters = cases.applicants[row], cases.days[row], set()
        matters.add(cases.numbers[row])
    if matters:
        found.add(matters)
    return found
