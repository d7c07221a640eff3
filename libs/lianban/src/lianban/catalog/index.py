"""A theme made ready for compiling: everything that depends on the catalogue alone, done once.

:func:`theme_index` remembers its result for as long as the catalogue lives.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Generic, TypeVar

from lianban.catalog.answers import bindings, variables
from lianban.catalog.closure import closure, content, content_version
from lianban.catalog.conditions import Condition, compile_condition
from lianban.catalog.levels import handling_body
from lianban.catalog.models import Catalog, Cel, Department, ElementUse, MaterialUse, Matter, Theme, ThemeStep

U = TypeVar("U", ElementUse, MaterialUse)


@dataclass(frozen=True, slots=True)
class ConditionalUse(Generic[U]):
    """An element or a material with its condition compiled."""

    use: U
    condition: Condition | None

    def holds(self, bound: Mapping[str, str]) -> bool:
        return self.condition is None or self.condition.holds(bound)


@dataclass(frozen=True, slots=True)
class IndexedStep:
    """A step of the theme with its matter."""

    code: str
    entry: ThemeStep
    matter: Matter
    condition: Condition | None
    elements: tuple[ConditionalUse[ElementUse], ...]
    materials: tuple[ConditionalUse[MaterialUse], ...]


@dataclass(frozen=True, slots=True)
class SelectedStep:
    """A step that answers call for, with the elements and materials they call for."""

    code: str
    entry: ThemeStep
    matter: Matter
    elements: tuple[ElementUse, ...]
    materials: tuple[MaterialUse, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What is left of a theme for one set of answers: steps as declared, and elements asked for the case itself."""

    steps: tuple[SelectedStep, ...]
    elements: tuple[ElementUse, ...]


class ThemeIndex:
    """One theme of a linted catalogue. KeyError on a code nothing defines, ConditionError on a condition amiss."""

    def __init__(self, catalog: Catalog, theme: Theme) -> None:
        # Not the catalogue itself: an index must not keep alive what it is remembered for.
        self.divisions, self.departments = catalog.divisions, catalog.departments
        self.subjects = catalog.subjects
        self.registries, self.licences, self.facts = catalog.registries, catalog.licences, catalog.facts
        self.elements, self.materials, self.matters = catalog.elements, catalog.materials, catalog.matters
        self.theme = theme
        self.variables = variables(theme)
        self.steps = tuple(self._indexed(entry, catalog.matters[entry.matter]) for entry in theme.steps)
        self.own_elements = tuple(self._conditional(use) for use in theme.elements)
        self.graph: Mapping[str, tuple[str, ...]] = {step.code: step.entry.after for step in self.steps}

    def select(self, settled: Mapping[str, str]) -> Selection:
        """The part of the theme that normalised answers call for."""
        bound = bindings(self.theme, settled)
        return Selection(
            steps=tuple(
                SelectedStep(
                    code=step.code,
                    entry=step.entry,
                    matter=step.matter,
                    elements=tuple(item.use for item in step.elements if item.holds(bound)),
                    materials=tuple(item.use for item in step.materials if item.holds(bound)),
                )
                for step in self.steps
                if step.condition is None or step.condition.holds(bound)
            ),
            elements=tuple(item.use for item in self.own_elements if item.holds(bound)),
        )

    @cached_property
    def version(self) -> str:
        """Content hash of the theme and of everything it refers to: 16 hexadecimal digits."""
        return content_version(content(closure(self, self.theme)))

    def handling_body(self, matter: Matter, division: str) -> Department:
        """Who handles the matter for an applicant of ``division``."""
        return handling_body(self.departments, self.divisions, matter, division)

    def _indexed(self, entry: ThemeStep, matter: Matter) -> IndexedStep:
        return IndexedStep(
            code=entry.code or entry.matter,
            entry=entry,
            matter=matter,
            condition=self._compiled(entry.when),
            elements=tuple(self._conditional(use) for use in matter.elements),
            materials=tuple(self._conditional(use) for use in matter.materials),
        )

    def _conditional(self, use: U) -> ConditionalUse[U]:
        return ConditionalUse(use, self._compiled(use.when))

    def _compiled(self, when: Cel | None) -> Condition | None:
        return None if when is None else compile_condition(when, self.variables)


# By identity: a catalogue is immutable but, holding dicts, has no hash. The finalizer drops what is remembered.
_REMEMBERED: Final[dict[int, dict[str, ThemeIndex]]] = {}


def theme_index(catalog: Catalog, code: str) -> ThemeIndex:
    """The index of theme ``code``, made on first use."""
    identity = id(catalog)
    remembered = _REMEMBERED.get(identity)
    if remembered is None:
        remembered = _REMEMBERED[identity] = {}
        weakref.finalize(catalog, _REMEMBERED.pop, identity, None)
    if code not in remembered:
        remembered[code] = ThemeIndex(catalog, catalog.themes[code])
    return remembered[code]
