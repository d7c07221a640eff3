"""Prefill as it is asked for and answered.

As with applications, shapes are checked here and contents in ``validation.py``, so that every fault is told at once.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from lianban_intake.themes.schemas import Situation


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Consent(Given):
    """同意. ``text_version``: of the text that was shown, as the form's ``prefill.consent`` names it. ``given_by``:
    self (本人), guardian (监护人代), relative (近亲属，逝者的信息), agent (受书面授权的代理人). ``guardian``: his
    identity number; needed where he consents for an adult."""

    given: bool = Field(default=False, description="是否同意查询和调取")
    text_version: str = Field(default="", max_length=64, description="所展示同意书的版本，见表单的 prefill.consent")
    given_by: str = Field(
        default="self",
        max_length=20,
        description="谁作出同意：self 本人、guardian 监护人、relative 近亲属（逝者信息）、agent 受书面授权的代理人",
    )
    guardian: str = Field(
        default="", max_length=40, repr=False, description="监护人的公民身份号码；为成年人同意的必填，留存备查"
    )
    given_at: AwareDatetime | None = Field(default=None, description="作出同意的时间，默认为现在，最早为30日前")


class HolderGiven(Given):
    """持证人. One person or company may be several subjects: 申请人 and 监护人, say."""

    subjects: tuple[str, ...] = Field(
        default=(), max_length=40, description="是表单 prefill.subjects 中的哪些信息主体，一人可以兼任几个"
    )
    type: str = Field(default="", max_length=20, description="person 自然人，company 单位")
    identity: str = Field(default="", max_length=40, repr=False, description="公民身份号码，或统一社会信用代码")
    consent: Consent = Field(default=Consent(), description="本人或者依法代为作出的同意")


class PrefillRequest(Situation):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    holders: tuple[HolderGiven, ...] = Field(default=(), max_length=20, description="逐个列明持证人及其同意")


class Reason(StrEnum):
    """Why something was not filled in or fetched."""

    NO_HOLDER = "no-holder"
    NOT_CONNECTED = "not-connected"
    UNAVAILABLE = "unavailable"
    NOT_HELD = "not-held"
    UNUSABLE = "unusable"


class Shown(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class PrefilledValue(Shown):
    """``value`` fits the form as it is; the applicant may still correct it. ``source``: code of the registry."""

    value: Any
    subject: str
    source: str
    source_name: str


class LicenceShown(Shown):
    """``verification``: what the library says of the licence's seal."""

    type: str
    type_name: str
    number: str
    issuer: str
    verification: dict[str, str]


class FetchedMaterial(Shown):
    """A material as if it had been uploaded: an application lists ``material``, ``digest`` and ``file_name``."""

    material: str
    name: str
    subject: str
    digest: str
    media_type: str
    size: int
    file_name: str
    licence: LicenceShown


class NotFetched(Shown):
    """``kind``: element (to be filled in) or material (to be uploaded). ``retry``: asking again later may help."""

    kind: str
    code: str
    name: str
    subject: str
    subject_name: str
    source_name: str
    reason: Reason
    reason_zh: str
    retry: bool


class Prefilled(Shown):
    values: dict[str, PrefilledValue]
    materials: tuple[FetchedMaterial, ...]
    not_fetched: tuple[NotFetched, ...]


class LookupRequest(Given):
    """Who wants to know who asked about him: a holder, whose identity the caller has seen to. ``purpose`` is kept."""

    type: str = Field(default="", max_length=20, description="person 自然人，company 单位")
    identity: str = Field(default="", max_length=40, repr=False, description="公民身份号码，或统一社会信用代码")
    purpose: str = Field(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$",
        description="为何查看，如“本人申请查阅”",
    )


class LoggedQuestion(Shown):
    """One question that was asked of a registry or the library. ``summary`` says it in one sentence; ``outcome`` is
    absent where the intake was stopped meanwhile. Names are those of the catalogue now in force, else codes."""

    summary: str
    at: datetime
    asked_by: str
    role: str
    theme: str
    theme_name: str
    matters: tuple[str, ...]
    division: str
    subjects: tuple[str, ...]
    kind: str
    source: str
    source_name: str
    asked: tuple[str, ...]
    given_by: str
    given_at: datetime
    text_version: str
    outcome: str | None


class Looked(Shown):
    """Newest first. ``more``: there are older ones, left out."""

    questions: tuple[LoggedQuestion, ...]
    more: bool
