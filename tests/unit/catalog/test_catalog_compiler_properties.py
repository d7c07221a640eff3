"""What holds for every catalogue and every combination of answers."""

from __future__ import annotations

import catalog_rules as rules
from catalog_samples import Raw, entry, made
from catalog_strategies import catalogs
from hypothesis import HealthCheck, given, settings

from lianban.catalog.answers import combinations, normalised, questions_to_ask, validate_answers
from lianban.catalog.compiler import Compilation, compile_theme
from lianban.catalog.index import Selection, theme_index
from lianban.catalog.models import Catalog

THOROUGH = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def compiled(catalog: Catalog) -> list[tuple[Compilation, Selection]]:
    """The theme compiled for every combination of answers, with what these answers select."""
    index = theme_index(catalog, "X1")
    return [
        (compile_theme(catalog, "X1", answers, "429006"), index.select(answers))
        for answers in combinations(catalog.themes["X1"])
    ]


@THOROUGH
@given(catalogs())
def test_plan_is_acyclic_closed_and_in_order(raw: Raw) -> None:
    catalog = made(raw)
    for compilation, selection in compiled(catalog):
        rules.check_plan(compilation, selection, theme_index(catalog, "X1"))


@THOROUGH
@given(catalogs())
def test_form_asks_each_element_once_and_no_other(raw: Raw) -> None:
    for compilation, selection in compiled(made(raw)):
        rules.check_form(compilation, selection)


@THOROUGH
@given(catalogs())
def test_dossier_holds_what_the_matter_names_and_the_case_has(raw: Raw) -> None:
    catalog = made(raw)
    for compilation, selection in compiled(catalog):
        rules.check_dossiers(catalog, compilation, selection)


@THOROUGH
@given(catalogs())
def test_materials_are_merged_to_the_strictest_and_never_asked_for_when_made(raw: Raw) -> None:
    catalog = made(raw)
    for compilation, selection in compiled(catalog):
        rules.check_materials(catalog, compilation, selection)


@THOROUGH
@given(catalogs())
def test_fees_are_told_for_each_matter_and_in_one_sum(raw: Raw) -> None:
    for compilation, selection in compiled(made(raw)):
        rules.check_fees(compilation, selection)


@THOROUGH
@given(catalogs())
def test_what_is_held_elsewhere_is_asked_there_once(raw: Raw) -> None:
    catalog = made(raw)
    for compilation, _ in compiled(catalog):
        rules.check_prefill(catalog, compilation)


@THOROUGH
@given(catalogs())
def test_compiling_is_deterministic_and_the_version_is_of_the_content(raw: Raw) -> None:
    one, other = made(raw), made(raw)
    first, second = compiled(one), compiled(other)
    assert [compilation for compilation, _ in first] == [compilation for compilation, _ in second]
    versions = {compilation.plan.version for compilation, _ in first}
    assert len(versions) == 1
    entry(raw, "matters", raw["matters"][0]["code"])["name"] = "改了名的事项"
    assert {compilation.plan.version for compilation, _ in compiled(made(raw))}.isdisjoint(versions)


@THOROUGH
@given(catalogs())
def test_every_combination_is_valid_complete_and_normal(raw: Raw) -> None:
    theme = made(raw).themes["X1"]
    found = list(combinations(theme))
    assert len({tuple(answers.items()) for answers in found}) == len(found)
    for answers in found:
        assert validate_answers(theme, answers) == ()
        assert normalised(theme, answers) == answers
        assert {question.code for question in questions_to_ask(theme, answers)} == {
            question for question, answer in answers.items() if answer
        }
