"""Models of the catalogue's YAML files. One file kind per section; field names follow GB/T 39554.2 elements where
one exists.

Everything is normalised: a theme names matters, a matter names elements, materials and its department.
Conditions (``when``) are CEL expressions over ``answers`` (one variable per question of the theme), of type bool.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from lianban.catalog.terms import (
    AcceptanceMode,
    Audience,
    DeliveryMode,
    ElementType,
    FactType,
    HandlingMode,
    MaterialForm,
    MaterialSource,
    RefusalPolicy,
    Review,
    Silence,
    SpecialProcedureKind,
    StepKind,
    UseLevel,
)
from lianban.clock.limits import TimeLimit

Code = Annotated[str, StringConstraints(pattern=re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"), max_length=48)]
ElementCode = Annotated[str, StringConstraints(pattern=re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"), max_length=48)]
ThemeCode = Annotated[str, StringConstraints(pattern=re.compile(r"^[A-Z][0-9]{1,2}$"))]
DivisionCode = Annotated[str, StringConstraints(pattern=re.compile(r"^[0-9]{6}([0-9]{3}){0,2}$"))]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Cel = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Division(Entry):
    """区划 (GB/T 2260, and township codes below it)."""

    code: DivisionCode
    name: Text
    level: str = Field(pattern="^(province|city|county|township)$")
    parent: DivisionCode | None = None


class Department(Entry):
    """实施主体: a government department, a township or a utility.

    ``role`` and ``division``: of the bodies that share a role, the one nearest to the applicant handles a matter that
    is delegated to it (``Matter.handled_by``), as the offices of townships do.
    """

    code: Code
    name: Text
    short_name: Text
    kind: str = Field(default="agency", pattern="^(agency|township|institution|utility|bank)$")
    role: Code | None = None
    division: DivisionCode | None = None
    window: Text | None = None
    phone: Text | None = None


class Subject(Entry):
    """信息主体: whose data elements and licences are, in what capacity (申请人, 监护人, 企业 …), for prefilling them.

    ``type`` absent: a person or a company may be meant. ``deceased``: who is meant has died; a close relative consents.
    """

    code: Code
    name: Text
    type: Audience | None = None
    deceased: bool = False


class Registry(Entry):
    """A register that can prefill data elements (高频字段免填写), and who keeps it."""

    code: Code
    name: Text
    department: Code


class LicenceType(Entry):
    """A type of the e-licence library (电子证照目录): such a licence can be fetched (高频证照免提交)."""

    code: Code
    name: Text
    issuer: Text = Field(description="颁发机构, e.g. 公安机关")


class FactOption(Entry):
    value: ElementCode
    label: Text


class Fact(Entry):
    """What a person or a company may say of itself to find the themes that fit (精准识别服务对象). Never stored."""

    code: ElementCode
    name: Text
    audience: Audience
    type: FactType
    options: tuple[FactOption, ...] = Field(default=(), description="of a choice")
    minimum: int | None = Field(default=None, description="of an integer")
    maximum: int | None = Field(default=None, description="of an integer")


class Option(Entry):
    value: ElementCode
    label: Text


class Element(Entry):
    """数据元: one thing the form asks, once, whoever needs it."""

    code: ElementCode
    name: Text
    type: ElementType
    group: Text = Field(description="heading on the form, e.g. 儿童信息")
    options: tuple[Option, ...] = ()
    pattern: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    hint: Text | None = None
    registry: Code | None = Field(default=None, description="registry that can prefill it (高频字段免填写)")
    subject: Code | None = Field(default=None, description="whose record of that registry it stands in")
    standard: Text | None = Field(default=None, description="standard that defines it, e.g. GB 11643-1999")

    @property
    def prefillable(self) -> bool:
        """Whether a registry can say it of its subject (高频字段免填写)."""
        return self.registry is not None and self.subject is not None


class Material(Entry):
    """申请材料."""

    code: Code
    name: Text
    form: MaterialForm = MaterialForm.COPY
    source: MaterialSource = MaterialSource.APPLICANT
    issuer: Text | None = Field(default=None, description="来源渠道说明: who issues it, e.g. 公安机关")
    formats: tuple[str, ...] = Field(default=("pdf", "jpeg", "png", "ofd"))
    elicence: Code | None = Field(
        default=None, description="type in the e-licence library, when it can be fetched (免提交)"
    )
    subject: Code | None = Field(default=None, description="whose licence it is")
    description: Text | None = None


class LegalBasis(Entry):
    """设定依据: law and article; the article is left out where not certain."""

    law: Text
    article: Text | None = None


class ElementUse(Entry):
    element: ElementCode
    required: bool = True
    when: Cel | None = None


class MaterialUse(Entry):
    """材料要求 of one matter. ``form`` may be stricter than the material's own."""

    material: Code
    required: bool = True
    form: MaterialForm | None = None
    copies: int = Field(default=1, ge=1, le=20)
    when: Cel | None = None
    standard: Text | None = Field(default=None, description="受理标准")
    basis: tuple[LegalBasis, ...] = ()


class Fee(Entry):
    """收费项目."""

    name: Text
    amount: Decimal = Field(ge=0, description="CNY")
    unit: Text = "件"
    basis: tuple[LegalBasis, ...]
    note: Text | None = None


class Result(Entry):
    """办理结果. ``material`` names what it is when a later step asks for it."""

    code: Code
    name: Text
    deliverable: bool = True
    material: Code | None = None
    elicence: Code | None = None
    validity: Text | None = None


class SpecialProcedure(Entry):
    """特别程序: what may stop the clock of a matter, by which law, and for how long at the most."""

    kind: SpecialProcedureKind
    basis: tuple[LegalBasis, ...] = Field(min_length=1)
    limit: TimeLimit = Field(description="longest stop; ``promised`` counts")
    note: Text | None = Field(default=None, description="when it is needed")


class Before(Entry):
    """What the matter took alone before it was joined: the base of the before/after figures (R15)."""

    steps: int = Field(ge=0)
    visits: int = Field(ge=0)
    days: int = Field(ge=0, description="working days")


class Matter(Entry):
    """政务服务事项 (实施清单). ``department`` answers for it; ``handled_by`` names the role of the bodies it is
    delegated to (服务下沉): the one nearest to the applicant's division handles it, upward to ``department``."""

    code: Code
    name: Text
    department: Code
    handled_by: Code | None = None
    use_level: UseLevel = Field(default=UseLevel.COUNTY, description="行使层级")
    catalog_code: str | None = Field(default=None, max_length=12, description="基本编码 (GB/T 39554.1)")
    task_code: str | None = Field(default=None, max_length=36, description="实施编码 (GB/T 39554.1)")
    kind: StepKind
    basis: tuple[LegalBasis, ...]
    conditions: tuple[Text, ...] = Field(description="受理条件")
    elements: tuple[ElementUse, ...] = ()
    materials: tuple[MaterialUse, ...] = ()
    limit: TimeLimit | None = None
    fees: tuple[Fee, ...] = ()
    results: tuple[Result, ...] = ()
    refusal_text: Text | None = Field(default=None, description="what a refusal tells, with the way to appeal")
    special_procedures: tuple[SpecialProcedure, ...] = ()
    silence: Silence = Field(default=Silence.ESCALATE, description="what letting the limit pass means")
    visits: int = Field(default=0, ge=0, description="到现场次数")
    before: Before
    review: Review = Review.DRAFTED


class Question(Entry):
    """情形引导: one question; its answer is a value of ``options``. Asked only when ``when`` holds."""

    code: ElementCode
    text: Text
    options: tuple[Option, ...] = Field(min_length=2)
    when: Cel | None = None


class KnownAnswers(Entry):
    """Answers that conditions of shared matters may speak of, beyond those the themes at hand offer: a matter taken
    over from another catalogue serves other themes there. ``code``: of the question."""

    code: ElementCode
    values: tuple[ElementCode, ...] = Field(min_length=1)


class ThemeStep(Entry):
    """A matter's place in a theme. ``code`` defaults to the matter's."""

    matter: Code
    code: Code | None = None
    after: tuple[Code, ...] = Field(
        default=(), description="step codes; those left out by their condition are passed over"
    )
    when: Cel | None = None
    on_refusal: RefusalPolicy | None = Field(default=None, description="the theme's policy when absent")


class EligibilityRule(Entry):
    """服务对象条件: CEL over ``facts`` (see :class:`Fact`), of type bool, and what it says, for the person to read."""

    when: Cel
    why: Text


class Theme(Entry):
    """主题: 一件事. ``given``: answers the theme settles by being what it is, for the conditions of its matters.
    ``eligibility``: all rules hold for those it is for."""

    code: ThemeCode
    name: Text
    area: Text = Field(description="入学, 就医, 信用, 特殊人群, 个人, 企业")
    stage: Text = Field(description="life stage, e.g. 出生, 入学, 准营")
    audience: Audience
    summary: Text
    lead: Code
    division: DivisionCode
    policy: RefusalPolicy
    handling_mode: HandlingMode = HandlingMode.SEPARATE
    acceptance: AcceptanceMode = AcceptanceMode.ON_FILING
    limit: TimeLimit
    delivery_limit: TimeLimit
    supplement_limit: TimeLimit
    delivery: tuple[DeliveryMode, ...] = (DeliveryMode.COURIER, DeliveryMode.PICKUP, DeliveryMode.ELECTRONIC)
    conditions: tuple[Text, ...] = ()
    eligibility: tuple[EligibilityRule, ...] = ()
    elements: tuple[ElementUse, ...] = Field(default=(), description="asked for the case itself, beyond its matters'")
    given: dict[ElementCode, ElementCode] = Field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    steps: tuple[ThemeStep, ...] = Field(min_length=1)
    review: Review = Review.DRAFTED

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands in a list: P2 before P10."""
        return self.code[0], int(self.code[1:])


class Catalog(BaseModel):
    """The whole catalogue, resolved by code."""

    model_config = ConfigDict(frozen=True)

    divisions: dict[str, Division]
    departments: dict[str, Department]
    subjects: dict[str, Subject] = Field(default_factory=dict)
    registries: dict[str, Registry] = Field(default_factory=dict)
    licences: dict[str, LicenceType] = Field(default_factory=dict)
    facts: dict[str, Fact] = Field(default_factory=dict)
    answers: dict[str, KnownAnswers] = Field(default_factory=dict)
    elements: dict[str, Element]
    materials: dict[str, Material]
    matters: dict[str, Matter]
    themes: dict[str, Theme]
