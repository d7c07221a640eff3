"""What holds for every catalogue and every combination of answers."""

from __future__ import annotations

from itertools import groupby

from catalog_samples import Raw, entry, made
from catalog_strategies import catalogs
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from lianban.catalog.answers import combinations, normalised, questions_to_ask, validate_answers
from lianban.catalog.compiler import Compilation, compile_theme
from lianban.catalog.graph import ancestors
from lianban.catalog.index import Selection, theme_index
from lianban.catalog.materials import MaterialRequirement, stricter
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
    declared = ancestors(theme_index(catalog, "X1").graph)
    for compilation, selection in compiled(catalog):
        plan = compilation.plan
        codes = [step.code for step in plan.steps]
        assert sorted(codes) == sorted(step.code for step in selection.steps)
        for position, step in enumerate(plan.steps):
            assert set(step.after) <= set(codes[:position])
        for code, above in ancestors({step.code: step.after for step in plan.steps}).items():
            assert above == declared[code] & set(codes)


@THOROUGH
@given(catalogs())
def test_form_asks_each_element_once_and_no_other(raw: Raw) -> None:
    for compilation, selection in compiled(made(raw)):
        uses = [use for step in selection.steps for use in step.elements]
        fields = compilation.form.fields
        codes = [field.code for field in fields]
        assert len(codes) == len(set(codes))
        assert set(codes) == {use.element for use in uses}
        for field in fields:
            assert field.required == any(use.required for use in uses if use.element == field.code)
        groups = [group for group, _ in groupby(field.element.group for field in fields)]
        assert len(groups) == len(set(groups))
        schema = compilation.form.json_schema()
        Draft202012Validator.check_schema(schema)
        assert list(schema["properties"]) == codes
        assert schema["x-groups"] == groups


@THOROUGH
@given(catalogs())
def test_dossier_holds_what_the_matter_names_and_the_case_has(raw: Raw) -> None:
    catalog = made(raw)
    for compilation, selection in compiled(catalog):
        assert set(compilation.dossiers) == {step.code for step in compilation.plan.steps}
        for step in selection.steps:
            dossier = compilation.dossiers[step.code]
            matter = catalog.matters[step.matter.code]
            assert set(dossier.elements) == {use.element for use in step.elements}
            assert set(dossier.materials) == {use.material for use in step.materials}
            assert set(dossier.elements) <= {use.element for use in matter.elements}
            assert set(dossier.materials) <= {use.material for use in matter.materials}
            assert set(dossier.elements) <= {field.code for field in compilation.form.fields}
            assert set(dossier.materials) <= {item.material for item in compilation.materials}


@THOROUGH
@given(catalogs())
def test_materials_are_merged_to_the_strictest_and_never_asked_for_when_made(raw: Raw) -> None:
    catalog = made(raw)
    for compilation, selection in compiled(catalog):
        codes = [item.material for item in compilation.materials]
        assert len(codes) == len(set(codes))
        above = ancestors({step.code: step.after for step in compilation.plan.steps})
        for item in compilation.materials:
            check_requirement(catalog, item, selection, above)


def check_requirement(
    catalog: Catalog, item: MaterialRequirement, selection: Selection, above: dict[str, frozenset[str]]
) -> None:
    makers = {
        step.code for step in selection.steps if any(result.material == item.material for result in step.matter.results)
    }
    users = {
        step.code: [use for use in step.materials if use.material == item.material]
        for step in selection.steps
        if any(use.material == item.material for use in step.materials)
    }
    asked = {code for code in users if not makers & above[code]}
    assert set(item.needed_by) == asked
    assert set(item.produced_for) == set(users) - asked
    assert set(item.produced_by) == {maker for code in item.produced_for for maker in makers & above[code]}
    counted = [use for code in asked or users for use in users[code]]
    own = catalog.materials[item.material].form
    assert item.form == stricter(own, *(use.form for use in counted if use.form))
    assert item.copies == max(use.copies for use in counted)
    assert item.required == any(use.required for use in counted)


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
