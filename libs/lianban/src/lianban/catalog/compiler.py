"""Theme + answers → plan, form, materials, dossiers, notice, savings. Pure; the same input gives the same output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, ConfigDict

from lianban.catalog.answers import InvalidAnswers, normalised, validate_answers
from lianban.catalog.form import FormSpec, build_form
from lianban.catalog.graph import ancestors, topological, without
from lianban.catalog.index import SelectedStep, ThemeIndex, theme_index
from lianban.catalog.levels import upward
from lianban.catalog.materials import MaterialRequirement, merge_materials
from lianban.catalog.models import Catalog, Division
from lianban.catalog.notice import Notice, build_notice
from lianban.catalog.plan import Plan, PlanProcedure, PlanResult, PlanStep
from lianban.catalog.prefill import Prefill, build_prefill
from lianban.catalog.savings import Savings, build_savings
from lianban.clock.limits import TimeLimit, Unit

ACCEPTANCE_LIMIT: Final = TimeLimit(unit=Unit.WORKING_DAYS, promised=5, legal=5)
"""行政许可法 art. 32: what is missing is told, or the application accepted, within five working days."""


class UnknownTheme(LookupError):
    """The catalogue has no theme of that code."""


class ForeignDivision(LookupError):
    """The division is unknown, or outside the one the theme is for."""


class Dossier(BaseModel):
    """卷宗: codes of what one step's department may see, exactly what its matter names."""

    model_config = ConfigDict(frozen=True)

    elements: tuple[str, ...]
    materials: tuple[str, ...]


class Compilation(BaseModel):
    """A theme compiled for one set of answers. ``answers`` holds those to the questions that were asked."""

    model_config = ConfigDict(frozen=True)

    answers: dict[str, str]
    plan: Plan
    form: FormSpec
    materials: tuple[MaterialRequirement, ...]
    dossiers: dict[str, Dossier]
    prefill: Prefill
    notice: Notice
    savings: Savings

    @property
    def to_submit(self) -> tuple[MaterialRequirement, ...]:
        """The materials that are asked of the applicant."""
        return tuple(item for item in self.materials if item.asked)


def compile_theme(catalog: Catalog, theme_code: str, answers: Mapping[str, str], division: str) -> Compilation:
    """Compile a theme for an applicant of ``division``.

    Raises :class:`InvalidAnswers` with every fault of the answers, :class:`UnknownTheme`, :class:`ForeignDivision`.
    """
    if theme_code not in catalog.themes:
        raise UnknownTheme(theme_code)
    index = theme_index(catalog, theme_code)
    place = division_of(catalog, theme_code, division)
    if faults := validate_answers(index.theme, answers):
        raise InvalidAnswers(faults)
    settled = normalised(index.theme, answers)
    selection = index.select(settled)
    selected = {step.code: step for step in selection.steps}
    graph = without(index.graph, selected)
    steps = {code: selected[code] for code in topological(graph)}
    materials = merge_materials(index, steps, ancestors(graph))
    plan = build_plan(index, steps, graph, place)
    form = build_form(index, selection)
    return Compilation(
        answers={question: answer for question, answer in settled.items() if answer},
        plan=plan,
        form=form,
        materials=materials,
        dossiers={code: _dossier(step) for code, step in steps.items()},
        prefill=build_prefill(index, plan, form, materials),
        notice=build_notice(index, plan, steps, materials),
        savings=build_savings(plan, steps, materials, selection.elements, index.elements),
    )


def division_of(catalog: Catalog, theme_code: str, division: str) -> Division:
    """The applicant's division, when it lies in the one the theme is for; :class:`ForeignDivision` otherwise."""
    if catalog.themes[theme_code].division in upward(catalog.divisions, division):
        return catalog.divisions[division]
    raise ForeignDivision(division)


def build_plan(
    index: ThemeIndex, steps: Mapping[str, SelectedStep], graph: Mapping[str, tuple[str, ...]], division: Division
) -> Plan:
    """The plan of the steps selected. ``graph`` holds them alone, in plan order or not."""
    theme = index.theme
    return Plan(
        theme=theme.code,
        theme_name=theme.name,
        version=index.version,
        division=division.code,
        division_name=division.name,
        lead_department=theme.lead,
        lead_department_name=index.departments[theme.lead].name,
        acceptance=theme.acceptance,
        acceptance_limit=ACCEPTANCE_LIMIT,
        handling_mode=theme.handling_mode,
        limit=theme.limit,
        delivery_limit=theme.delivery_limit,
        supplement_limit=theme.supplement_limit,
        steps=tuple(_plan_step(index, step, graph[code], division.code) for code, step in steps.items()),
    )


def _plan_step(index: ThemeIndex, step: SelectedStep, after: tuple[str, ...], division: str) -> PlanStep:
    matter = step.matter
    body = index.handling_body(matter, division)
    return PlanStep(
        code=step.code,
        name=matter.name,
        matter=matter.code,
        kind=matter.kind,
        department=body.code,
        department_name=body.name,
        after=after,
        on_refusal=step.entry.on_refusal or index.theme.policy,
        limit=matter.limit,
        results=tuple(
            PlanResult(code=result.code, name=result.name, deliverable=result.deliverable) for result in matter.results
        ),
        procedures=tuple(PlanProcedure(kind=item.kind, longest=item.limit) for item in matter.special_procedures),
        silence=matter.silence,
    )


def _dossier(step: SelectedStep) -> Dossier:
    return Dossier(
        elements=tuple(dict.fromkeys(use.element for use in step.elements)),
        materials=tuple(dict.fromkeys(use.material for use in step.materials)),
    )
