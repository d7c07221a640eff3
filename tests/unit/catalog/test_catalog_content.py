"""The city's own catalogue: without faults, and every theme compiles to a plan that can be carried out, whatever is
answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from catalog_samples import entry, made, shop
from jsonschema import Draft202012Validator

from fixtures.catalogues import city_catalog
from lianban.catalog.answers import combinations, is_asked, validate_answers
from lianban.catalog.compiler import Compilation, compile_theme
from lianban.catalog.loader import read_catalog
from lianban.catalog.models import Catalog, Theme
from lianban.catalog.terms import MaterialSource

FOLDER = Path(__file__).parents[3] / "catalog"
THEMES = sorted(path.stem for path in (FOLDER / "themes").glob("*.yaml"))
MOST = 4096
"""Sets of answers of one theme that are gone through; of a theme with more, as many are drawn."""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return city_catalog()


def situations(theme: Theme, most: int = MOST) -> list[dict[str, str]]:
    """Every set of answers, or ``most`` drawn at random, the same ones every time."""
    found = list(islice(combinations(theme), most + 1))
    return found if len(found) <= most else list(islice(_drawn(theme), most))


def _drawn(theme: Theme) -> Iterator[dict[str, str]]:
    rng = Random(theme.code)
    while True:
        settled: dict[str, str] = {}
        for question in theme.questions:
            asked = is_asked(theme, question, settled)
            settled[question.code] = rng.choice(question.options).value if asked else ""
        yield settled


@cache
def _check_field(schema: str) -> None:
    Draft202012Validator.check_schema(json.loads(schema))


def check(catalog: Catalog, compilation: Compilation) -> None:
    """The plan has steps, in an order; every step can begin, with all that it needs."""
    plan, made_so_far = compilation.plan, dict[str, set[str]]()
    assert plan.steps
    for step in plan.steps:
        assert set(step.after) <= set(made_so_far), f"{step.code} waits for what comes later or never"
        before = {material for code in step.after for material in made_so_far[code]}
        for material in compilation.dossiers[step.code].materials:
            listed = next(item for item in compilation.materials if item.material == material)
            entry = catalog.materials[material]
            if entry.source is MaterialSource.PRODUCED and not entry.elicence:
                assert material in before, f"{step.code} needs {material}, which no step before it makes"
                assert not listed.asked
        results = catalog.matters[step.matter].results
        made_so_far[step.code] = before | {result.material for result in results if result.material}
        assert step.department in catalog.departments
    assert set(made_so_far) == set(compilation.dossiers)


def test_no_faults() -> None:
    _, faults = read_catalog(FOLDER)
    assert [str(fault) for fault in faults] == []


@pytest.mark.parametrize("code", THEMES)
def test_every_situation_compiles(catalog: Catalog, code: str) -> None:
    theme = catalog.themes[code]
    for answers in situations(theme):
        assert validate_answers(theme, answers) == ()
        compilation = compile_theme(catalog, code, answers, theme.division)
        check(catalog, compilation)
        for field in compilation.form.json_schema()["properties"].values():
            _check_field(json.dumps(field, ensure_ascii=False, sort_keys=True))


@pytest.mark.parametrize("code", THEMES)
def test_every_division_has_its_offices(catalog: Catalog, code: str) -> None:
    """Whoever lives below the theme's division finds someone to handle every step."""
    theme = catalog.themes[code]
    answers = next(combinations(theme))
    for division in catalog.divisions.values():
        if division.parent == theme.division:
            plan = compile_theme(catalog, code, answers, division.code).plan
            assert {step.department for step in plan.steps} <= set(catalog.departments)


def test_answers_are_drawn_where_there_are_too_many_to_go_through() -> None:
    raw = shop()
    question = entry(raw, "themes", "B4")["questions"][0]
    entry(raw, "themes", "B4")["questions"] += [question | {"code": f"extra{number}"} for number in range(20)]
    theme = made(raw).themes["B4"]
    drawn = situations(theme, 50)
    assert drawn == situations(theme, 50)
    assert len({tuple(answers.values()) for answers in drawn}) > 40
    assert all(validate_answers(theme, answers) == () for answers in drawn)
