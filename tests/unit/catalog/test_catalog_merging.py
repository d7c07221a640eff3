"""The merge rules, held against every theme of the city's catalogue: each element once, materials, fees, dossiers."""

from __future__ import annotations

import catalog_rules as rules
import pytest
from test_catalog_content import THEMES, situations

from fixtures.catalogues import city_catalog
from lianban.catalog.compiler import compile_theme
from lianban.catalog.index import theme_index
from lianban.catalog.models import Catalog

FEW = 64
"""Sets of answers of one theme: all, or as many drawn, the same in every run."""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return city_catalog()


@pytest.mark.parametrize("code", THEMES)
def test_every_theme_keeps_the_rules(catalog: Catalog, code: str) -> None:
    theme, index = catalog.themes[code], theme_index(catalog, code)
    for answers in situations(theme, FEW):
        compilation = compile_theme(catalog, code, answers, theme.division)
        assert compilation.plan.steps != ()
        assert compilation.form.fields != ()
        rules.check_all(catalog, compilation, index.select(answers), index)
