"""Past cases made up: groups planted in noise, to try the search on and to see that it finds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from random import Random
from typing import Final

from lianban.catalog.candidates.coverage import Coverage
from lianban.catalog.candidates.records import COLUMNS, heading
from lianban.catalog.models import Catalog, Matter

_FIRST_DAY: Final = date(2023, 1, 1)
_DAYS: Final = 1096
_SIZES: Final = (4, 3, 3, 2)
"""Matters of the planted groups; the last group is another one, which a theme covers."""
_SHARE: Final = 0.015
"""Occasions of each planted group, of all rows."""
_COMPLETE: Final = 0.95
"""How likely each of its matters is filed on an occasion."""
_SPREAD: Final = 60
"""Days over which an occasion stretches."""


@dataclass(frozen=True, slots=True)
class Sample:
    """``lines`` without line ends, the heading first; ``planted`` and ``covered`` are sets of matter codes."""

    lines: tuple[str, ...]
    planted: tuple[frozenset[str], ...]
    covered: frozenset[str]


def sample_cases(catalog: Catalog, seed: int, rows: int) -> Sample:
    """``rows`` cases of three years. The same catalogue, seed and number give the same sample."""
    random = Random(seed)
    matters = sorted(catalog.matters.values(), key=lambda matter: matter.code)
    covered = _covered(catalog, random)
    planted = _planted(catalog, matters, random, covered)
    groups = [[catalog.matters[code] for code in sorted(codes)] for codes in (*planted, covered)]
    cases = [case for group in groups for case in _together(random, group, round(rows * _SHARE))]
    # Popularity falls as 1/rank, as demand for services does.
    popular = random.sample(matters, len(matters))
    weights = [1 / rank for rank in range(1, len(popular) + 1)]
    while len(cases) < rows:
        applicant = _applicant(random)
        for matter in random.choices(popular, weights, k=random.choice((1, 1, 2, 3))):
            cases.append((applicant, matter, random.randrange(_DAYS)))
    del cases[rows:]
    random.shuffle(cases)
    return Sample((heading(), *(_line(catalog, random, *case) for case in cases)), planted, covered)


def _planted(
    catalog: Catalog, matters: Sequence[Matter], random: Random, taken: frozenset[str]
) -> tuple[frozenset[str], ...]:
    """Groups that share no matter, each of matters of different departments, which no theme covers."""
    coverage = Coverage(catalog)
    used = set(taken)
    groups: list[frozenset[str]] = []
    while len(groups) < len(_SIZES):
        chosen = random.sample(matters, _SIZES[len(groups)])
        codes = frozenset(matter.code for matter in chosen)
        apart = len({matter.department for matter in chosen}) == len(chosen)
        if apart and not codes & used and coverage.theme(codes) is None:
            groups.append(codes)
            used |= codes
    return tuple(groups)


def _covered(catalog: Catalog, random: Random) -> frozenset[str]:
    """Three matters that a theme has in all its situations, or as many as it has."""
    always = {
        theme.code: sorted({step.matter for step in theme.steps if step.when is None})
        for theme in catalog.themes.values()
    }
    choices = sorted(code for code, codes in always.items() if len(codes) > 1)
    codes = always[random.choice(choices)]
    return frozenset(random.sample(codes, min(3, len(codes))))


def _together(random: Random, group: Sequence[Matter], count: int) -> Iterator[tuple[str, Matter, int]]:
    for _ in range(count):
        applicant, day = _applicant(random), random.randrange(_DAYS - _SPREAD)
        for matter in group:
            if random.random() < _COMPLETE:
                yield applicant, matter, day + random.randrange(_SPREAD)


def _applicant(random: Random) -> str:
    return sha256(random.randbytes(16)).hexdigest()[:32]


def _line(catalog: Catalog, random: Random, applicant: str, matter: Matter, day: int) -> str:
    figures = {
        "steps": matter.before.steps,
        "days": max(0, matter.before.days + random.randint(-2, 2)),
        "visits": matter.before.visits,
        "materials": len(matter.materials),
    }
    # Ledgers do not tell everything.
    told = {name: str(value) if random.random() < 0.8 else "" for name, value in figures.items()}
    filed = (_FIRST_DAY + timedelta(days=day)).isoformat()
    row = {"applicant": applicant, "matter": matter.code, "department": matter.department, "filed_at": filed, **told}
    return ",".join(row[name] for name in COLUMNS)
