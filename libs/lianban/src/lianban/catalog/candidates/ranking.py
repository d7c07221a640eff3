"""What joining a group of matters would spare, and which group first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lianban.catalog.candidates.coverage import Coverage
from lianban.catalog.candidates.matters import FIGURES, PastMatter
from lianban.catalog.candidates.mining import Group, frequent_groups
from lianban.catalog.candidates.occasions import occasions
from lianban.catalog.candidates.records import PastCases
from lianban.catalog.models import Catalog


@dataclass(frozen=True, slots=True)
class Hours:
    """What a visit, a form and a working day of waiting are worth, in hours: an assumption, to be set by the city."""

    visit: float = 2.0
    form: float = 0.5
    day: float = 0.25


@dataclass(frozen=True, slots=True)
class Search:
    """``window`` in days; ``min_support``: share of all occasions."""

    window: int = 90
    min_support: float = 0.002
    min_lift: float = 2.0
    hours: Hours = Hours()


@dataclass(frozen=True, slots=True)
class Candidate:
    """``before``: what the matters take alone, summed; ``spared``: of it, on each occasion, with forms; ``hours``: the
    same in hours, for all occasions. ``theme``: the theme that covers the group already."""

    matters: tuple[PastMatter, ...]
    occasions: int
    support: float
    lift: float
    before: dict[str, float]
    spared: dict[str, float]
    hours: float
    theme: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """``candidates``: first the one that spares most; ``covered``: what themes cover already."""

    cases: int
    applicants: int
    occasions: int
    too_large: int
    unlisted: int
    candidates: tuple[Candidate, ...]
    covered: tuple[Candidate, ...]


def find_candidates(catalog: Catalog, cases: PastCases, search: Search) -> Found:
    held = occasions(cases, search.window)
    coverage = Coverage(catalog)
    ranked = sorted(
        (
            _candidate(group, cases.matters, held.count, coverage, search.hours)
            for group in frequent_groups(held, search.min_support, search.min_lift)
        ),
        key=lambda item: (-item.hours, -item.occasions, [matter.name for matter in item.matters]),
    )
    return Found(
        cases=len(cases),
        applicants=held.applicants,
        occasions=held.count,
        too_large=held.too_large,
        unlisted=sum(1 for matter in cases.matters if matter.matter is None),
        candidates=tuple(item for item in ranked if item.theme is None),
        covered=tuple(item for item in ranked if item.theme is not None),
    )


def _candidate(group: Group, matters: Sequence[PastMatter], total: int, coverage: Coverage, hours: Hours) -> Candidate:
    members = tuple(matters[number] for number in group.matters)
    spared = _spared(members)
    worth = hours.visit * spared["visits"] + hours.form * spared["forms"] + hours.day * spared["days"]
    codes = {item.matter.code for item in members if item.matter is not None}
    return Candidate(
        matters=members,
        occasions=group.occasions,
        support=group.occasions / total,
        lift=group.lift,
        before={name: sum(item.figure(name) for item in members) for name in FIGURES},
        spared=spared,
        hours=group.occasions * worth,
        theme=coverage.theme(codes) if len(codes) == len(members) else None,
    )


def _spared(members: Sequence[PastMatter]) -> dict[str, float]:
    """Of each occasion: one visit and one form are left, the longest matter sets the time, a material that several
    of the catalogue's matters need is handed in once, and each matter is one step."""
    days = [item.figure("days") for item in members]
    papers = [item.materials for item in members]
    return {
        "visits": max(0.0, sum(item.figure("visits") for item in members) - 1),
        "forms": float(len(members) - 1),
        "days": sum(days) - max(days),
        "materials": float(sum(len(items) for items in papers) - len(frozenset().union(*papers))),
        "steps": max(0.0, sum(item.figure("steps") for item in members) - len(members)),
    }
