"""办事指南: a theme as the public reads it (R12, R15): for everyone, with conditions, or for one situation.

Everything is Chinese and ready to be shown; page, document, poster and JSON show the same.
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from lianban.catalog.notice import NoticeFee, NoticeWindow


class GuidePart(BaseModel):
    model_config = ConfigDict(frozen=True)


class GuideOption(GuidePart):
    value: str
    label: str


class GuideQuestion(GuidePart):
    """``when`` in words, None: always asked. ``asked_if``: any of these, each all of (question, answers that will do).
    ``answer``: the value chosen, in a guide for one situation."""

    code: str
    text: str
    options: tuple[GuideOption, ...]
    when: str | None
    asked_if: tuple[tuple[tuple[str, tuple[str, ...]], ...], ...]
    answer: str | None = None

    @property
    def answer_label(self) -> str | None:
        return next((option.label for option in self.options if option.value == self.answer), None)


class GuideStep(GuidePart):
    """``stage``: from 1; steps of a stage need nothing of one another. ``delegated_to``: bodies near the applicant
    that handle it for their own division. ``legal`` is None where no law sets a limit."""

    code: str
    order: int
    stage: int
    name: str
    kind: str
    department: str
    department_short: str
    delegated_to: tuple[str, ...]
    after: tuple[str, ...]
    promised: str
    legal: str | None
    when: str | None
    conditions: tuple[str, ...]
    basis: tuple[str, ...]
    special_procedures: tuple[str, ...]
    refusal: str | None


class GuideMaterial(GuidePart):
    """``exempt``: why it need not be handed in (免提交); ``produced``: when this very case makes it."""

    code: str
    name: str
    form: str
    copies: int
    required: bool
    formats: tuple[str, ...]
    source: str
    description: str | None
    standards: tuple[str, ...]
    needed_by: tuple[str, ...]
    when: str | None
    exempt: str | None
    produced: str | None


class GuideProduced(GuidePart):
    """A material nobody is asked for, because steps of the case make it for others."""

    name: str
    by: tuple[str, ...]
    used_by: tuple[str, ...]


class GuideField(GuidePart):
    """``prefilled``: the register that fills it in, with the applicant's consent (免填写)."""

    code: str
    name: str
    required: bool
    hint: str | None
    choices: tuple[str, ...]
    prefilled: str | None
    when: str | None


class GuideFieldGroup(GuidePart):
    name: str
    fields: tuple[GuideField, ...]


class GuideFee(NoticeFee):
    when: str | None


class GuideResult(GuidePart):
    name: str
    step: str
    department: str
    deliverable: bool
    electronic: bool
    validity: str | None
    when: str | None


class Range(GuidePart):
    """Lowest and highest of all situations; both the same where the situation makes no difference."""

    low: Decimal
    high: Decimal

    @property
    def text(self) -> str:
        """``8`` or ``8～20``."""
        return f"{self.low:f}" if self.low == self.high else f"{self.low:f}～{self.high:f}"


class Reduction(GuidePart):
    """One line of 改革前后: every matter alone, one after another, against this case."""

    code: str
    name: str
    unit: str
    before: Range
    after: Range


class Guide(GuidePart):
    """``tailored``: for the one situation the questions are answered with."""

    code: str
    name: str
    version: str
    area: str
    stage: str
    audience: str
    summary: str
    division: str
    lead: str
    participants: tuple[str, ...] = Field(description="配合单位, without the lead")
    promised: str
    legal: str | None
    acceptance: str
    delivery_promised: str
    delivery_modes: tuple[str, ...]
    supplement_limit: str
    tailored: bool
    exhaustive: bool = Field(description="false: figures are of a part of the situations only")
    eligibility: tuple[str, ...]
    conditions: tuple[str, ...]
    questions: tuple[GuideQuestion, ...]
    steps: tuple[GuideStep, ...]
    materials: tuple[GuideMaterial, ...]
    produced: tuple[GuideProduced, ...]
    form: tuple[GuideFieldGroup, ...]
    fees: tuple[GuideFee, ...]
    fee_total: Range
    results: tuple[GuideResult, ...]
    windows: tuple[NoticeWindow, ...]
    visits: Range
    reductions: tuple[Reduction, ...]
    shortened: str = Field(description="why the days after are fewer than those promised, in one sentence")
    review_note: str | None

    @property
    def stages(self) -> tuple[tuple[GuideStep, ...], ...]:
        """Steps by stage."""
        numbers = dict.fromkeys(sorted(step.stage for step in self.steps))
        return tuple(tuple(step for step in self.steps if step.stage == number) for number in numbers)
