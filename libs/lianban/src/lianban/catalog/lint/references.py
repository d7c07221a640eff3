"""Codes: every one that is named exists, every one that exists is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from lianban.catalog.faults import FieldPath, Finding, nearest
from lianban.catalog.models import Catalog, Theme

_NAMES = {
    "divisions": "区划",
    "departments": "部门",
    "subjects": "信息主体",
    "registries": "登记库",
    "licences": "电子证照类型",
    "roles": "承担角色",
    "elements": "数据元",
    "materials": "材料",
    "matters": "事项",
    "themes": "主题",
}

Reference = tuple[str, str, FieldPath, str, str]
"""(section, code, field) of what names, (section, code) of what it names."""


def references(catalog: Catalog) -> Iterator[Reference]:
    """Every code that an entry names."""
    for division in catalog.divisions.values():
        if division.parent:
            yield "divisions", division.code, ("parent",), "divisions", division.parent
    for department in catalog.departments.values():
        if department.division:
            yield "departments", department.code, ("division",), "divisions", department.division
    for registry in catalog.registries.values():
        yield "registries", registry.code, ("department",), "departments", registry.department
    for element in catalog.elements.values():
        if element.registry:
            yield "elements", element.code, ("registry",), "registries", element.registry
        if element.subject:
            yield "elements", element.code, ("subject",), "subjects", element.subject
    for material in catalog.materials.values():
        if material.elicence:
            yield "materials", material.code, ("elicence",), "licences", material.elicence
        if material.subject:
            yield "materials", material.code, ("subject",), "subjects", material.subject
    for matter in catalog.matters.values():
        here = ("matters", matter.code)
        yield *here, ("department",), "departments", matter.department
        if matter.handled_by:
            yield *here, ("handled_by",), "roles", matter.handled_by
        for index, use in enumerate(matter.elements):
            yield *here, ("elements", index, "element"), "elements", use.element
        for index, paper in enumerate(matter.materials):
            yield *here, ("materials", index, "material"), "materials", paper.material
        for index, result in enumerate(matter.results):
            if result.material:
                yield *here, ("results", index, "material"), "materials", result.material
            if result.elicence:
                yield *here, ("results", index, "elicence"), "licences", result.elicence
    for theme in catalog.themes.values():
        yield from theme_references(theme)


def theme_references(theme: Theme) -> Iterator[Reference]:
    here = ("themes", theme.code)
    yield *here, ("lead",), "departments", theme.lead
    yield *here, ("division",), "divisions", theme.division
    for index, use in enumerate(theme.elements):
        yield *here, ("elements", index, "element"), "elements", use.element
    for index, step in enumerate(theme.steps):
        yield *here, ("steps", index, "matter"), "matters", step.matter


def unknown_codes(catalog: Catalog, broken: Mapping[str, Set[str]]) -> Iterator[Finding]:
    """未定义的代码."""
    for section, code, field, target, named in references(catalog):
        known = _section(catalog, target)
        if named not in known and named not in broken.get(target, ()):
            yield Finding(section, code, field, f"{_NAMES[target]} {named} 未定义", nearest(named, known))


def unused(catalog: Catalog) -> Iterator[Finding]:
    """定义了而无人使用的代码. Divisions are where applicants live, not something that must be named."""
    named = {(target, code) for *_, target, code in references(catalog)}
    named |= {("departments", item.code) for item in catalog.departments.values() if ("roles", item.role) in named}
    for section in ("departments", "subjects", "registries", "licences", "elements", "materials", "matters"):
        for code in _section(catalog, section):
            if (section, code) not in named:
                message = f"{_NAMES[section]} {code} 没有被任何事项或主题使用"
                yield Finding(section, code, ("code",), message, "删去，或在事项、主题中引用它")


def subjects_named(catalog: Catalog) -> Iterator[Finding]:
    """What a registry or the e-licence library holds cannot be asked for without saying of whom."""
    for element in catalog.elements.values():
        if element.registry and not element.subject:
            yield Finding("elements", element.code, ("registry",), "没有写明是谁的登记信息，无法预填", "写上 subject")
    for material in catalog.materials.values():
        if material.elicence and not material.subject:
            yield Finding("materials", material.code, ("elicence",), "没有写明是谁的证照，无法调取", "写上 subject")


def complete_themes(catalog: Catalog) -> frozenset[str]:
    """Themes of which all that they need, directly or through their matters, is there."""
    missing = {
        (section, code)
        for section, code, _, target, named in references(catalog)
        if named not in _section(catalog, target)
    }
    return frozenset(
        theme.code
        for theme in catalog.themes.values()
        if ("themes", theme.code) not in missing
        and not any(("matters", step.matter) in missing for step in theme.steps)
    )


def _section(catalog: Catalog, name: str) -> Mapping[str, object]:
    if name == "roles":
        return {item.role: item for item in catalog.departments.values() if item.role}
    section: Mapping[str, object] = getattr(catalog, name)
    return section
