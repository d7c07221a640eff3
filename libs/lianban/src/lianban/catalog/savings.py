"""减时间、减环节、减材料、减跑动、减填写: what the theme spares, computed from its own matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil

from pydantic import BaseModel, ConfigDict

from lianban.catalog.duration import critical_path, promised_days
from lianban.catalog.index import SelectedStep
from lianban.catalog.materials import MaterialRequirement
from lianban.catalog.models import Element, ElementUse
from lianban.catalog.plan import Plan
from lianban.catalog.terms import StepKind


class Figures(BaseModel):
    """``days`` are working days; ``materials`` are those the applicant hands in; ``forms`` are application forms,
    ``fields`` what the applicant types into them. docs/savings.zh-CN.md has the formulas."""

    model_config = ConfigDict(frozen=True)

    days: int
    steps: int
    materials: int
    visits: int
    forms: int
    fields: int


class Savings(BaseModel):
    """Before: every matter alone, one after another. After: this plan. ``after.fields`` leaves out what a registry
    prefills; ``fields_without_prefill`` is what is typed should no registry answer."""

    model_config = ConfigDict(frozen=True)

    before: Figures
    after: Figures
    fields_without_prefill: int


def build_savings(
    plan: Plan,
    steps: Mapping[str, SelectedStep],
    materials: Iterable[MaterialRequirement],
    case_elements: Iterable[ElementUse],
    elements: Mapping[str, Element],
) -> Savings:
    """``case_elements``: asked for the case itself, beyond its matters; ``elements``: all of the catalogue."""
    matters = [step.matter for step in steps.values()]
    asked = [{use.element for use in step.elements} for step in steps.values()]
    form = {use.element for use in case_elements}.union(*asked)
    return Savings(
        before=Figures(
            days=sum(matter.before.days for matter in matters),
            steps=sum(matter.before.steps for matter in matters),
            materials=sum(len(step.materials) for step in steps.values()),
            visits=sum(matter.before.visits for matter in matters),
            forms=sum(1 for matter in matters if matter.elements),
            fields=sum(len(codes) for codes in asked),
        ),
        after=Figures(
            days=_days(plan),
            steps=len(plan.steps),
            materials=sum(1 for item in materials if item.asked),
            visits=sum(matter.visits for matter in matters),
            forms=1,
            fields=sum(1 for code in form if not elements[code].prefillable),
        ),
        fields_without_prefill=len(form),
    )


def _days(plan: Plan) -> int:
    """The longest chain of promises; the theme's own promise where a step has no clock that could be added up."""
    if any(step.limit is None and step.kind is StepKind.BATCH for step in plan.steps):
        return ceil(promised_days(plan.limit))
    length, _ = critical_path(
        {step.code: step.after for step in plan.steps}, {step.code: step.limit for step in plan.steps}, promised_days
    )
    return ceil(length)
