"""What a theme consists of: itself and everything it refers to, directly or through something else.

:func:`closure` cuts that out of a catalogue; compiling the cut gives what compiling the whole gives. Its content, one
line of JSON for each entry, is what a version of a theme is the hash of, what is published, and what is handed on.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Protocol

from lianban.catalog.levels import upward
from lianban.catalog.models import (
    Catalog,
    Department,
    Division,
    Element,
    Entry,
    Fact,
    KnownAnswers,
    LicenceType,
    Material,
    Matter,
    Registry,
    Subject,
    Theme,
)

SECTION_MODELS: Final[dict[str, type[Entry]]] = {
    "divisions": Division,
    "departments": Department,
    "subjects": Subject,
    "registries": Registry,
    "licences": LicenceType,
    "facts": Fact,
    "answers": KnownAnswers,
    "elements": Element,
    "materials": Material,
    "matters": Matter,
    "themes": Theme,
}
"""Every section of a catalogue, with what its entries are."""

_NAMED_FACT: Final = re.compile(r"\bfacts\.(\w+)")


class Sections(Protocol):
    """Where definitions are looked up: a catalogue, or what an index keeps of one."""

    @property
    def divisions(self) -> Mapping[str, Division]: ...
    @property
    def departments(self) -> Mapping[str, Department]: ...
    @property
    def subjects(self) -> Mapping[str, Subject]: ...
    @property
    def registries(self) -> Mapping[str, Registry]: ...
    @property
    def licences(self) -> Mapping[str, LicenceType]: ...
    @property
    def facts(self) -> Mapping[str, Fact]: ...
    @property
    def elements(self) -> Mapping[str, Element]: ...
    @property
    def materials(self) -> Mapping[str, Material]: ...
    @property
    def matters(self) -> Mapping[str, Matter]: ...


def closure(sections: Sections, theme: Theme) -> Catalog:
    """The theme and all it needs. KeyError on a code nothing defines.

    Divisions are those above the theme's and all below it: applicants live there. Of the bodies that share a role,
    only those such an applicant can be referred to belong to it.
    """
    matters = {step.matter: sections.matters[step.matter] for step in theme.steps}
    elements = {
        use.element: sections.elements[use.element]
        for uses in (theme.elements, *(matter.elements for matter in matters.values()))
        for use in uses
    }
    results = [result for matter in matters.values() for result in matter.results]
    papers = [use.material for matter in matters.values() for use in matter.materials]
    papers += [result.material for result in results if result.material]
    materials = {code: sections.materials[code] for code in papers}
    licences = [material.elicence for material in materials.values() if material.elicence]
    licences += [result.elicence for result in results if result.elicence]
    registries = [element.registry for element in elements.values() if element.registry]
    subjects = [element.subject for element in elements.values() if element.subject]
    subjects += [material.subject for material in materials.values() if material.subject]
    places = {theme.division, *upward(sections.divisions, theme.division), *_below(sections, theme.division)}
    roles = {matter.handled_by for matter in matters.values()} - {None}
    bodies = [theme.lead, *(matter.department for matter in matters.values())]
    bodies += [sections.registries[code].department for code in registries]
    bodies += [item.code for item in sections.departments.values() if item.role in roles and item.division in places]
    departments = {code: sections.departments[code] for code in bodies}
    for department in departments.values():
        if department.division:
            places |= {department.division, *upward(sections.divisions, department.division)}
    facts = [name for rule in theme.eligibility for name in _NAMED_FACT.findall(rule.when) if name in sections.facts]
    return Catalog(
        divisions={code: sections.divisions[code] for code in sorted(places)},
        departments=departments,
        subjects={code: sections.subjects[code] for code in subjects},
        registries={code: sections.registries[code] for code in registries},
        licences={code: sections.licences[code] for code in licences},
        facts={code: sections.facts[code] for code in facts},
        elements=elements,
        materials=materials,
        matters=matters,
        themes={theme.code: theme},
    )


def _below(sections: Sections, division: str) -> Iterator[str]:
    return (code for code in sections.divisions if division in upward(sections.divisions, code))


def entries(catalog: Catalog) -> Iterator[tuple[str, Entry]]:
    """(section, entry) of every entry."""
    for section in SECTION_MODELS:
        for entry in getattr(catalog, section).values():
            yield section, entry


def entry_data(entry: Entry) -> dict[str, Any]:
    """The entry as JSON data. Defaults are left out, so a new optional field makes no new versions of old themes."""
    return entry.model_dump(mode="json", exclude_defaults=True)


def entry_line(section: str, data: Mapping[str, Any]) -> str:
    """The one text of an entry, without line breaks."""
    return json.dumps([section, data], ensure_ascii=False, sort_keys=True)


def content(catalog: Catalog) -> tuple[str, ...]:
    """The lines of all entries, sorted."""
    return tuple(sorted(entry_line(section, entry_data(entry)) for section, entry in entries(catalog)))


def content_version(lines: Iterable[str]) -> str:
    """Hash of a content: 16 hexadecimal digits."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
