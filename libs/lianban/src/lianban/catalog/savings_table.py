"""What themes spare, theme by theme and in all: the mean over a theme's situations, each counted once.

Nobody knows yet which answers are common, so no situation is preferred; the situation that spares least is told
beside the mean. docs/savings.zh-CN.md says what each figure counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from lianban.catalog.answers import endings
from lianban.catalog.compiler import compile_theme
from lianban.catalog.models import Catalog
from lianban.catalog.savings import Figures, Savings

FIGURES: Final = tuple(Figures.model_fields)


@dataclass(frozen=True, slots=True)
class ThemeSavings:
    """Figure → mean over the situations. ``least``: figure → the smallest share spared in any situation, between 0 and
    1, below 0 where a situation takes more than before; absent where nothing was there to be spared."""

    code: str
    name: str
    situations: int
    exhaustive: bool
    before: dict[str, float]
    after: dict[str, float]
    fields_without_prefill: float
    least: dict[str, float]


@dataclass(frozen=True, slots=True)
class SavingsTable:
    """``before``, ``after``, ``fields_without_prefill``: sums of the themes' means, each theme used once."""

    themes: tuple[ThemeSavings, ...]
    before: dict[str, float]
    after: dict[str, float]
    fields_without_prefill: float


def savings_table(catalog: Catalog) -> SavingsTable:
    """Every theme, in order."""
    themes = tuple(
        _of_theme(catalog, theme.code) for theme in sorted(catalog.themes.values(), key=lambda item: item.place)
    )
    return SavingsTable(
        themes=themes,
        before=_sums(item.before for item in themes),
        after=_sums(item.after for item in themes),
        fields_without_prefill=sum(item.fields_without_prefill for item in themes),
    )


def spared(before: float, after: float) -> float | None:
    """Share of ``before`` that is spared; None where there was nothing."""
    return 1 - after / before if before else None


def _of_theme(catalog: Catalog, code: str) -> ThemeSavings:
    theme = catalog.themes[code]
    answers, exhaustive = endings(theme)
    found = [compile_theme(catalog, code, item, theme.division).savings for item in answers]
    return ThemeSavings(
        code=code,
        name=theme.name,
        situations=len(found),
        exhaustive=exhaustive,
        before=_means([item.before for item in found]),
        after=_means([item.after for item in found]),
        fields_without_prefill=fmean(item.fields_without_prefill for item in found),
        least=_least(found),
    )


def _means(figures: Sequence[Figures]) -> dict[str, float]:
    return {name: fmean(getattr(item, name) for item in figures) for name in FIGURES}


def _least(found: Sequence[Savings]) -> dict[str, float]:
    shares = {
        name: [spared(getattr(item.before, name), getattr(item.after, name)) for item in found] for name in FIGURES
    }
    told = {name: [share for share in items if share is not None] for name, items in shares.items()}
    return {name: min(items) for name, items in told.items() if items}


def _sums(figures: Iterable[dict[str, float]]) -> dict[str, float]:
    rows = list(figures)
    return {name: sum(row[name] for row in rows) for name in FIGURES}
