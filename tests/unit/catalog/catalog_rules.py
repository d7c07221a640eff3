"""What holds for every theme compiled for whatever answers, whoever wrote the catalogue."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import groupby

from jsonschema import Draft202012Validator

from lianban.catalog.compiler import Compilation
from lianban.catalog.graph import ancestors
from lianban.catalog.index import Selection, ThemeIndex
from lianban.catalog.materials import MaterialRequirement, stricter
from lianban.catalog.models import Catalog


def check_plan(compilation: Compilation, selection: Selection, index: ThemeIndex) -> None:
    """Acyclic, closed, in order; what a left-out step stood between stays in order."""
    declared = ancestors(index.graph)
    codes = [step.code for step in compilation.plan.steps]
    assert sorted(codes) == sorted(step.code for step in selection.steps)
    for position, step in enumerate(compilation.plan.steps):
        assert set(step.after) <= set(codes[:position])
    for code, above in ancestors({step.code: step.after for step in compilation.plan.steps}).items():
        assert above == declared[code] & set(codes)


def check_form(compilation: Compilation, selection: Selection) -> None:
    """Each element once, and no other; required when anybody requires it."""
    uses = [use for step in selection.steps for use in step.elements] + list(selection.elements)
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


def check_dossiers(catalog: Catalog, compilation: Compilation, selection: Selection) -> None:
    """A department sees exactly what its matter names, as far as the case has it."""
    assert set(compilation.dossiers) == {step.code for step in compilation.plan.steps}
    for step in selection.steps:
        dossier = compilation.dossiers[step.code]
        matter = catalog.matters[step.matter.code]
        for held, used, named in (
            (dossier.elements, {use.element for use in step.elements}, {use.element for use in matter.elements}),
            (dossier.materials, {use.material for use in step.materials}, {use.material for use in matter.materials}),
        ):
            assert len(held) == len(set(held))
            assert set(held) == used <= named
        assert set(dossier.elements) <= {field.code for field in compilation.form.fields}
        assert set(dossier.materials) <= {item.material for item in compilation.materials}


def check_materials(catalog: Catalog, compilation: Compilation, selection: Selection) -> None:
    """Duplicates are one, with the strictest requirement; what an earlier step makes is not asked for."""
    codes = [item.material for item in compilation.materials]
    assert len(codes) == len(set(codes))
    assert set(codes) == {use.material for step in selection.steps for use in step.materials}
    above = ancestors({step.code: step.after for step in compilation.plan.steps})
    for item in compilation.materials:
        _check_requirement(catalog, item, selection, above)


def _check_requirement(
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
    entry = catalog.materials[item.material]
    assert item.form == stricter(entry.form, *(use.form for use in counted if use.form))
    assert item.copies == max(use.copies for use in counted)
    assert item.required == any(use.required for use in counted)
    assert sorted(item.standards) == sorted({use.standard for use in counted if use.standard})
    assert item.asked == bool(asked)
    assert item.fetchable == bool(asked and entry.elicence and entry.subject)


def check_fees(compilation: Compilation, selection: Selection) -> None:
    """Separate for each matter, and one sum."""
    fees = [(step.matter.name, fee.name, fee.amount) for step in selection.steps for fee in step.matter.fees]
    notice = compilation.notice
    assert Counter((fee.matter, fee.name, fee.amount) for fee in notice.fees) == Counter(fees)
    assert notice.fee_total == sum((amount for *_, amount in fees), Decimal(0))


def check_prefill(catalog: Catalog, compilation: Compilation) -> None:
    """Everything a registry or the library may hold is asked of its subject, once, for the matters that need it."""
    prefill = compilation.prefill
    matters = {step.code: step.matter for step in compilation.plan.steps}
    asked = [
        (element, query.registry, query.subject, query.matters)
        for query in prefill.registries
        for element in query.elements
    ]
    fields = {field.code: field for field in compilation.form.fields if field.prefillable}
    assert sorted(element for element, *_ in asked) == sorted(fields)
    for element, registry, subject, purposes in asked:
        entry = catalog.elements[element]
        assert (registry, subject) == (entry.registry, entry.subject)
        assert {matters[step] for step in fields[element].needed_by} <= set(purposes)
    fetched = [
        (material, query.licence, query.subject, query.matters)
        for query in prefill.licences
        for material in query.materials
    ]
    papers = {item.material: item for item in compilation.materials if item.fetchable}
    assert sorted(material for material, *_ in fetched) == sorted(papers)
    for material, licence, subject, purposes in fetched:
        paper = catalog.materials[material]
        assert (licence, subject) == (paper.elicence, paper.subject)
        assert {matters[step] for step in papers[material].needed_by} <= set(purposes)
    for queries in (prefill.registries, prefill.licences):
        keys = [(query.subject, getattr(query, "registry", None) or getattr(query, "licence", "")) for query in queries]
        assert len(keys) == len(set(keys))
    subjects = [subject.code for subject in prefill.subjects]
    assert len(subjects) == len(set(subjects))
    assert set(subjects) == {query.subject for query in (*prefill.registries, *prefill.licences)}
    assert all(subject.name in prefill.consent.text for subject in prefill.subjects)


def check_all(catalog: Catalog, compilation: Compilation, selection: Selection, index: ThemeIndex) -> None:
    check_plan(compilation, selection, index)
    check_form(compilation, selection)
    check_dossiers(catalog, compilation, selection)
    check_materials(catalog, compilation, selection)
    check_fees(compilation, selection)
    check_prefill(catalog, compilation)
