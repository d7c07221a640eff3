"""The city's own catalogue: without faults, and every theme compiles whatever is answered."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from lianban.catalog.answers import combinations
from lianban.catalog.compiler import compile_theme
from lianban.catalog.loader import load_catalog, read_catalog
from lianban.catalog.models import Catalog

FOLDER = Path(__file__).parents[3] / "catalog"
THEMES = sorted(path.stem for path in (FOLDER / "themes").glob("*.yaml"))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(FOLDER)


def test_no_faults() -> None:
    _, faults = read_catalog(FOLDER)
    assert [str(fault) for fault in faults] == []


@pytest.mark.parametrize("code", THEMES)
def test_every_situation_compiles(catalog: Catalog, code: str) -> None:
    theme = catalog.themes[code]
    for answers in islice(combinations(theme), 500):
        compilation = compile_theme(catalog, code, answers, theme.division)
        seen: set[str] = set()
        for step in compilation.plan.steps:
            assert set(step.after) <= seen
            seen.add(step.code)
        assert seen == set(compilation.dossiers)
        Draft202012Validator.check_schema(compilation.form.json_schema())
