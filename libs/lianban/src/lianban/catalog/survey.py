"""A theme in each of the situations its questionnaire can end with: what a guide for everyone is drawn from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lianban.catalog.answers import endings
from lianban.catalog.compiler import build_plan
from lianban.catalog.cover import Box, Cover
from lianban.catalog.graph import ancestors, topological, without
from lianban.catalog.index import SelectedStep, Selection, ThemeIndex
from lianban.catalog.materials import MaterialRequirement, merge_materials, stricter
from lianban.catalog.models import Division, ElementUse
from lianban.catalog.savings import Savings, build_savings

UNCOUNTED_ZH: Final = "视情形而定，以回答情形问题后的告知为准"
"""Said of a condition where a theme has more situations than were looked at."""


@dataclass(frozen=True, slots=True)
class Situation:
    """One set of normalised answers and what is left of the theme then. ``steps`` are in plan order."""

    answers: Mapping[str, str]
    steps: Mapping[str, SelectedStep]
    elements: tuple[ElementUse, ...]
    materials: Mapping[str, MaterialRequirement]
    savings: Savings

    @property
    def fields(self) -> frozenset[str]:
        """Elements the form asks."""
        uses = [*self.elements, *(use for step in self.steps.values() for use in step.elements)]
        return frozenset(use.element for use in uses)


class Survey:
    """Situations of one theme for an applicant of ``division``: all of them, or the first ``MAX_SITUATIONS``, and
    then ``exhaustive`` is false; or one, whose conditions have all been settled."""

    def __init__(self, index: ThemeIndex, division: Division, settled: Mapping[str, str] | None = None) -> None:
        """``settled``: normalised answers of the one situation wanted."""
        self.index = index
        found, self.exhaustive = ([settled], True) if settled is not None else endings(index.theme)
        self.situations = tuple(_situation(index, division, answers) for answers in found)
        self._cover = Cover(index.theme, [situation.answers for situation in self.situations])

    def when_zh(self, holds: Callable[[Situation], bool]) -> str | None:
        """In which of the situations it holds, in words; None: in all."""
        chosen = [holds(situation) for situation in self.situations]
        if not self.exhaustive and not all(chosen):
            return UNCOUNTED_ZH
        return self._cover.when_zh(chosen)

    def boxes(self, holds: Callable[[Situation], bool]) -> tuple[Box, ...]:
        """The same for programs, as :meth:`Cover.boxes` has it."""
        return self._cover.boxes([holds(situation) for situation in self.situations])

    def selection(self) -> Selection:
        """Everything that some situation calls for."""
        called = {
            id(use)
            for situation in self.situations
            for step in situation.steps.values()
            for use in (*step.elements, *step.materials)
        }
        called |= {id(use) for situation in self.situations for use in situation.elements}
        present = {code for situation in self.situations for code in situation.steps}
        steps = tuple(
            SelectedStep(
                code=step.code,
                entry=step.entry,
                matter=step.matter,
                elements=tuple(item.use for item in step.elements if id(item.use) in called),
                materials=tuple(item.use for item in step.materials if id(item.use) in called),
            )
            for step in self.index.steps
            if step.code in present
        )
        own = tuple(item.use for item in self.index.own_elements if id(item.use) in called)
        return Selection(steps=steps, elements=own)

    def materials(self, order: Iterable[SelectedStep]) -> tuple[MaterialRequirement, ...]:
        """One requirement for each material, the strictest of all situations, in the order of the steps."""
        codes = dict.fromkeys(use.material for step in order for use in step.materials)
        return tuple(
            _combined([found.materials[code] for found in self.situations if code in found.materials]) for code in codes
        )


def _situation(index: ThemeIndex, division: Division, answers: Mapping[str, str]) -> Situation:
    selection = index.select(answers)
    selected = {step.code: step for step in selection.steps}
    graph = without(index.graph, selected)
    steps = {code: selected[code] for code in topological(graph)}
    materials = merge_materials(index, steps, ancestors(graph))
    plan = build_plan(index, steps, graph, division)
    return Situation(
        answers=answers,
        steps=steps,
        elements=selection.elements,
        materials={item.material: item for item in materials},
        savings=build_savings(plan, steps, materials, selection.elements, index.elements),
    )


def _combined(found: Sequence[MaterialRequirement]) -> MaterialRequirement:
    asked = [item for item in found if item.asked]
    counted = asked or found
    return counted[0].model_copy(
        update={
            "form": stricter(*(item.form for item in counted)),
            "copies": max(item.copies for item in counted),
            "required": any(item.required for item in counted),
            "standards": _each(item.standards for item in counted),
            "needed_by": _each(item.needed_by for item in asked),
            "produced_by": _each(item.produced_by for item in found),
            "produced_for": _each(item.produced_for for item in found),
        }
    )


def _each(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for items in lists for item in items))
