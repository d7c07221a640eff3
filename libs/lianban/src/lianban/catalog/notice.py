"""一次告知: one notice tailored to the answers, with everything told at once (行政许可法 art. 30, 32)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from lianban.catalog.index import SelectedStep, ThemeIndex
from lianban.catalog.materials import MaterialRequirement
from lianban.catalog.models import Fee, Matter
from lianban.catalog.plan import Plan, PlanStep
from lianban.catalog.terms import Review
from lianban.catalog.wording import (
    AUDIENCE_ZH,
    DELIVERY_MODE_ZH,
    EXEMPT_ZH,
    MATERIAL_FORM_ZH,
    STEP_KIND_ZH,
    basis_zh,
    legal_zh,
    promised_zh,
    special_procedure_zh,
)


class NoticePart(BaseModel):
    model_config = ConfigDict(frozen=True)


class NoticeMaterial(NoticePart):
    name: str
    form: str
    copies: int
    required: bool
    formats: tuple[str, ...]
    description: str | None
    standards: tuple[str, ...]
    needed_by: tuple[str, ...]
    exempt: str | None


class NoticeStep(NoticePart):
    """Names only, no codes. ``legal`` is None where no law sets a limit."""

    order: int
    name: str
    kind: str
    department: str
    after: tuple[str, ...]
    promised: str
    legal: str | None
    basis: tuple[str, ...]
    special_procedures: tuple[str, ...]


class NoticeFee(NoticePart):
    """``amount`` in CNY for one ``unit``."""

    matter: str
    name: str
    amount: Decimal
    unit: str
    basis: tuple[str, ...]
    note: str | None

    @classmethod
    def of(cls, matter: Matter, fee: Fee) -> NoticeFee:
        return NoticeFee(
            matter=matter.name,
            name=fee.name,
            amount=fee.amount,
            unit=fee.unit,
            basis=basis_zh(fee.basis),
            note=fee.note,
        )


class NoticeResult(NoticePart):
    name: str
    step: str
    department: str
    deliverable: bool
    validity: str | None


class NoticeWindow(NoticePart):
    department: str
    window: str | None
    phone: str | None


class Notice(NoticePart):
    """Everything in Chinese, ready to be shown or printed."""

    theme: str
    theme_name: str
    version: str
    summary: str
    audience: str
    division: str
    lead_department: str
    conditions: tuple[str, ...]
    materials: tuple[NoticeMaterial, ...]
    not_asked: tuple[str, ...]
    steps: tuple[NoticeStep, ...]
    promised: str
    legal: str | None
    delivery_promised: str
    supplement_limit: str
    delivery_modes: tuple[str, ...]
    fee_total: Decimal
    fees: tuple[NoticeFee, ...]
    results: tuple[NoticeResult, ...]
    windows: tuple[NoticeWindow, ...]
    visits: int
    review_note: str | None


def build_notice(
    index: ThemeIndex, plan: Plan, steps: Mapping[str, SelectedStep], materials: Iterable[MaterialRequirement]
) -> Notice:
    """The notice of a plan. ``steps`` are the plan's, in plan order."""
    theme = index.theme
    requirements = tuple(materials)
    names = {step.code: step.name for step in plan.steps}
    matters = [step.matter for step in steps.values()]
    fees = tuple(NoticeFee.of(matter, fee) for matter in matters for fee in matter.fees)
    return Notice(
        theme=theme.code,
        theme_name=theme.name,
        version=plan.version,
        summary=theme.summary,
        audience=AUDIENCE_ZH[theme.audience],
        division=plan.division_name,
        lead_department=plan.lead_department_name,
        conditions=tuple(
            dict.fromkeys([*theme.conditions, *(text for matter in matters for text in matter.conditions)])
        ),
        materials=tuple(_material(item, names) for item in requirements if item.asked),
        not_asked=tuple(_not_asked(item, names) for item in requirements if not item.asked),
        steps=tuple(_step(order, step, steps[step.code], names) for order, step in enumerate(plan.steps, 1)),
        promised=promised_zh(theme.limit),
        legal=legal_zh(theme.limit),
        delivery_promised=promised_zh(theme.delivery_limit),
        supplement_limit=promised_zh(theme.supplement_limit),
        delivery_modes=tuple(DELIVERY_MODE_ZH[mode] for mode in theme.delivery),
        fee_total=sum((fee.amount for fee in fees), Decimal(0)),
        fees=fees,
        results=tuple(result for step in plan.steps for result in _results(step, steps[step.code])),
        windows=_windows(index, [theme.lead, *(step.department for step in plan.steps)]),
        visits=sum(matter.visits for matter in matters),
        review_note=_review_note(index, matters),
    )


def _material(item: MaterialRequirement, names: Mapping[str, str]) -> NoticeMaterial:
    return NoticeMaterial(
        name=item.name,
        form=MATERIAL_FORM_ZH[item.form],
        copies=item.copies,
        required=item.required,
        formats=item.formats,
        description=item.description,
        standards=item.standards,
        needed_by=tuple(names[code] for code in item.needed_by),
        exempt=EXEMPT_ZH if item.fetchable else None,
    )


def _not_asked(item: MaterialRequirement, names: Mapping[str, str]) -> str:
    makers = "、".join(dict.fromkeys(names[code] for code in item.produced_by))
    return f"{item.name}：由本次联办的“{makers}”环节产生，无需提交"


def _step(order: int, step: PlanStep, selected: SelectedStep, names: Mapping[str, str]) -> NoticeStep:
    return NoticeStep(
        order=order,
        name=step.name,
        kind=STEP_KIND_ZH[step.kind],
        department=step.department_name,
        after=tuple(names[code] for code in step.after),
        promised=promised_zh(step.limit),
        legal=legal_zh(step.limit),
        basis=basis_zh(selected.matter.basis),
        special_procedures=tuple(special_procedure_zh(item) for item in selected.matter.special_procedures),
    )


def _results(step: PlanStep, selected: SelectedStep) -> Iterable[NoticeResult]:
    return (
        NoticeResult(
            name=result.name,
            step=step.name,
            department=step.department_name,
            deliverable=result.deliverable,
            validity=result.validity,
        )
        for result in selected.matter.results
    )


def _windows(index: ThemeIndex, departments: Iterable[str]) -> tuple[NoticeWindow, ...]:
    found = (index.departments[code] for code in dict.fromkeys(departments))
    return tuple(NoticeWindow(department=item.name, window=item.window, phone=item.phone) for item in found)


def _review_note(index: ThemeIndex, matters: Iterable[Matter]) -> str | None:
    """Says what no department has confirmed yet: the theme by its lead, a matter by its own department."""
    drafted = [matter.department for matter in matters if matter.review is Review.DRAFTED]
    if index.theme.review is Review.DRAFTED:
        drafted.insert(0, index.theme.lead)
    if not drafted:
        return None
    names = "、".join(index.departments[code].short_name for code in dict.fromkeys(drafted))
    return f"本告知内容为起草稿，时限、收费、材料和依据待{names}确认，以各部门正式公布的办事指南为准。"
