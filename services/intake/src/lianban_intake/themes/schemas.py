"""What the portal and the window show of themes."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from lianban.catalog.compiler import Compilation
from lianban.catalog.index import theme_index
from lianban.catalog.materials import MaterialRequirement
from lianban.catalog.models import Catalog, Option, Question, Subject, Theme
from lianban.catalog.notice import Notice
from lianban.catalog.prefill import ConsentText
from lianban.catalog.savings import Savings
from lianban.catalog.terms import AcceptanceMode, Audience, DeliveryMode, MaterialForm, Review
from lianban.catalog.wording import AUDIENCE_ZH, DELIVERY_MODE_ZH, MATERIAL_FORM_ZH, legal_zh, promised_zh
from lianban_intake.themes.versions import ThemeVersion


class Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


V = TypeVar("V")
_CODE: Final = 48


def within_codes(given: dict[str, V]) -> dict[str, V]:
    """No name is longer than a code may be, and no text much: what cannot be meant is not looked for."""
    if any(len(name) > _CODE or (isinstance(value, str) and len(value) > _CODE) for name, value in given.items()):
        raise ValueError(f"名称或取值过长（最多 {_CODE} 个字符）")
    return given


class Situation(BaseModel):
    """What a notice and a form are computed from. ``division``: the theme's own when left out."""

    model_config = ConfigDict(extra="forbid")

    answers: Annotated[dict[str, str], AfterValidator(within_codes)] = Field(
        default_factory=dict, max_length=100, description="情形引导的回答：问题的代码 → 选项的代码"
    )
    division: str | None = Field(default=None, max_length=12, description="办理地的区划代码，缺省为主题自己的")


class ThemeBrief(Shown):
    code: str
    name: str
    area: str
    stage: str
    audience: Audience
    audience_zh: str
    summary: str
    lead_department: str
    lead_department_name: str
    promised: str
    legal: str | None
    review: Review
    href: str

    @classmethod
    def of(cls, catalog: Catalog, theme: Theme) -> ThemeBrief:
        return cls(**_brief(catalog, theme))


class ThemeList(Shown):
    themes: tuple[ThemeBrief, ...]


class AskedQuestion(Shown):
    """``when``: CEL over the answers to earlier questions; asked always when absent."""

    code: str
    text: str
    options: tuple[Option, ...]
    when: str | None

    @classmethod
    def of(cls, question: Question) -> AskedQuestion:
        return cls(code=question.code, text=question.text, options=question.options, when=question.when)


class OfferedDelivery(Shown):
    mode: DeliveryMode
    name: str


class ThemeDetail(ThemeBrief):
    """``version``: content hash of the theme as it is offered now."""

    version: str
    division: str
    division_name: str
    acceptance: AcceptanceMode
    conditions: tuple[str, ...]
    questions: tuple[AskedQuestion, ...]
    delivery: tuple[OfferedDelivery, ...]
    notice_href: str
    form_href: str
    versions_href: str

    @classmethod
    def of(cls, catalog: Catalog, theme: Theme) -> ThemeDetail:
        return cls(
            **_brief(catalog, theme),
            version=theme_index(catalog, theme.code).version,
            division=theme.division,
            division_name=catalog.divisions[theme.division].name,
            acceptance=theme.acceptance,
            conditions=theme.conditions,
            questions=tuple(AskedQuestion.of(question) for question in theme.questions),
            delivery=tuple(OfferedDelivery(mode=mode, name=DELIVERY_MODE_ZH[mode]) for mode in theme.delivery),
            notice_href=f"/v1/themes/{theme.code}/notice",
            form_href=f"/v1/themes/{theme.code}/form",
            versions_href=f"/v1/themes/{theme.code}/versions",
        )


class ThemeVersions(Shown):
    """``versions``: those published, newest first; none where the catalogue is served from a working folder."""

    theme: str
    version: str
    versions: tuple[ThemeVersion, ...]


class TailoredNotice(Notice):
    """一次告知, with what the theme spares."""

    savings: Savings

    @classmethod
    def of(cls, compilation: Compilation) -> TailoredNotice:
        return cls(**dict(compilation.notice), savings=compilation.savings)


class AskedMaterial(Shown):
    """``required``: without it an application is refused, whether uploaded or fetched. ``elicence``: type of the
    e-licence that prefill may fetch from ``subject`` under consent (免提交); what it does not get is to be uploaded."""

    material: str
    name: str
    required: bool
    form: MaterialForm
    form_zh: str
    copies: int
    formats: tuple[str, ...]
    elicence: str | None
    subject: str | None
    description: str | None
    standards: tuple[str, ...]

    @classmethod
    def of(cls, item: MaterialRequirement) -> AskedMaterial:
        return cls(
            **item.model_dump(include={"material", "name", "form", "copies", "formats", "description", "required"}),
            elicence=item.elicence if item.fetchable else None,
            subject=item.subject if item.fetchable else None,
            form_zh=MATERIAL_FORM_ZH[item.form],
            standards=item.standards,
        )


class PrefillOffer(Shown):
    """免填写, 免提交. ``consent`` is shown to each holder before ``href`` is called; ``subjects``: of whom something
    can be asked, each a person or a company (``type`` absent: either)."""

    href: str
    consent: ConsentText
    subjects: tuple[Subject, ...]

    @classmethod
    def of(cls, compilation: Compilation) -> PrefillOffer | None:
        """None where nothing can be prefilled."""
        offer = compilation.prefill
        if not offer.subjects:
            return None
        href = f"/v1/themes/{compilation.plan.theme}/prefill"
        return cls(href=href, consent=offer.consent, subjects=offer.subjects)


class Form(Shown):
    """一表申请 and 一套材料. ``schema`` is JSON Schema 2020-12 of an application's ``form``."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True)

    schema_: dict[str, Any] = Field(alias="schema")
    materials: tuple[AskedMaterial, ...]
    prefill: PrefillOffer | None

    @classmethod
    def of(cls, compilation: Compilation) -> Form:
        return cls(
            schema=compilation.form.json_schema(),
            materials=tuple(AskedMaterial.of(item) for item in compilation.to_submit),
            prefill=PrefillOffer.of(compilation),
        )


def _brief(catalog: Catalog, theme: Theme) -> dict[str, Any]:
    return {
        "code": theme.code,
        "name": theme.name,
        "area": theme.area,
        "stage": theme.stage,
        "audience": theme.audience,
        "audience_zh": AUDIENCE_ZH[theme.audience],
        "summary": theme.summary,
        "lead_department": theme.lead,
        "lead_department_name": catalog.departments[theme.lead].name,
        "promised": promised_zh(theme.limit),
        "legal": legal_zh(theme.limit),
        "review": theme.review,
        "href": f"/v1/themes/{theme.code}",
    }
