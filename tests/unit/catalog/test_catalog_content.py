"""The city's own catalogue: without faults, and every theme compiles whatever is answered."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from random import Random

import catalog_rules as rules
import pytest

from lianban.catalog.answers import combinations, is_asked
from lianban.catalog.compiler import compile_theme
from lianban.catalog.index import theme_index
from lianban.catalog.loader import load_catalog, read_catalog
from lianban.catalog.models import Catalog, Theme

FOLDER = Path(__file__).parents[3] / "catalog"
FEW = 64
THEMES = sorted(path.stem for path in (FOLDER / "themes").glob("*.yaml"))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(FOLDER)


def test_no_faults() -> None:
    _, faults = read_catalog(FOLDER)
    assert [str(fault) for fault in faults] == []


@pytest.mark.parametrize("code", THEMES)
def test_every_situation_keeps_the_rules(catalog: Catalog, code: str) -> None:
    theme, index = catalog.themes[code], theme_index(catalog, code)
    for answers in situations(theme):
        compilation = compile_theme(catalog, code, answers, theme.division)
        assert compilation.plan.steps != ()
        assert compilation.form.fields != ()
        rules.check_all(catalog, compilation, index.select(answers), index)


def situations(theme: Theme) -> list[dict[str, str]]:
    """Every combination of answers if there are few; else a sample, the same in every run."""
    found = list(islice(combinations(theme), FEW + 1))
    if len(found) <= FEW:
        return found
    rng = Random(theme.code)
    drawn = [sampled(theme, rng) for _ in range(FEW)]
    return list({tuple(answers.items()): answers for answers in drawn}.values())


def sampled(theme: Theme, rng: Random) -> dict[str, str]:
    """Normalised answers, drawn question by question."""
    settled: dict[str, str] = {}
    for question in theme.questions:
        asked = is_asked(theme, question, settled)
        settled[question.code] = rng.choice(question.options).value if asked else ""
    return settled
