"""Controlled vocabularies of the catalogue."""

from __future__ import annotations

from enum import StrEnum


class StepKind(StrEnum):
    """环节类型 (clocks.md): what a step is decides who may end it, how, and which clock it carries."""

    VERIFY = "VERIFY"  # registry check; never refuses by itself
    DECIDE = "DECIDE"  # administrative decision; legal clock; refused by a human only
    OPINION = "OPINION"  # opinion to the lead department
    SERVICE = "SERVICE"  # utility or service; own promise, no legal clock
    NOTICE = "NOTICE"  # public notice 公示; fixed days
    PRODUCE = "PRODUCE"  # certificate making
    PAY = "PAY"
    BATCH = "BATCH"  # decided at a common date; no per-case clock
    DELIVER = "DELIVER"


class RefusalPolicy(StrEnum):
    """What a refusal does to the others (clocks.md)."""

    GATE = "GATE"  # cancels what depends on it
    INDEPENDENT = "INDEPENDENT"  # the others go on, those that depend on it too
    ALL = "ALL"  # ends the case as refused, withdraws what is not decided
    COLLECT = "COLLECT"  # an answer like any other; a summary follows


class HandlingMode(StrEnum):
    """办理方式: decides whether the joint limit of 行政许可法 art. 42 (45 working days) binds the case."""

    SEPARATE = "separate"
    JOINT = "joint"
    UNIFIED = "unified"


class AcceptanceMode(StrEnum):
    """Who accepts (受理). ON_FILING: the one window's formal check, done by the intake when it files a complete
    application. LEAD: an officer of the lead department, within the acceptance limit of art. 32."""

    ON_FILING = "on_filing"
    LEAD = "lead"


class UseLevel(StrEnum):
    """行使层级. A city directly under the province, like Tianmen, exercises powers of the county level."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"


class SpecialProcedureKind(StrEnum):
    """特别程序: those of 行政许可法 art. 45, and those another law names for its own matters."""

    HEARING = "hearing"
    TENDER = "tender"
    AUCTION = "auction"
    INSPECTION = "inspection"
    TESTING = "testing"
    QUARANTINE = "quarantine"
    APPRAISAL = "appraisal"
    EXPERT_REVIEW = "expert_review"
    OWN_LAW = "own_law"


class Silence(StrEnum):
    """What a department's silence after its own limit means (clocks.md). Never a tacit licence."""

    ESCALATE = "ESCALATE"  # officer and supervisor are told, and told again
    TACIT_OPINION = "TACIT_OPINION"  # 缺席默认, an opinion step only: it counts as no objection


class FactType(StrEnum):
    """Type of a fact a person or a company may state."""

    INTEGER = "integer"
    BOOLEAN = "boolean"
    CHOICE = "choice"


class Audience(StrEnum):
    PERSON = "person"
    COMPANY = "company"


class Channel(StrEnum):
    PORTAL = "portal"
    WINDOW = "window"


class MaterialForm(StrEnum):
    """材料形式, from weakest to strictest."""

    ELECTRONIC = "electronic"
    COPY = "copy"
    ORIGINAL = "original"


class MaterialSource(StrEnum):
    """来源渠道: where a material comes from."""

    APPLICANT = "applicant"  # the applicant has it or writes it (申请人自备)
    GOVERNMENT = "government"  # an authority issued it (政府部门核发)
    THIRD_PARTY = "third_party"  # an intermediary or another body issued it (中介机构或其他)
    PRODUCED = "produced"  # only an earlier step of the same theme makes it; never asked for


class DeliveryMode(StrEnum):
    COURIER = "courier"
    PICKUP = "pickup"
    ELECTRONIC = "electronic"


class Review(StrEnum):
    """State of a catalogue entry: drafted until its department has confirmed it."""

    DRAFTED = "drafted"
    CONFIRMED = "confirmed"


class ElementType(StrEnum):
    """Data type of a data element (数据元)."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    IDENTITY_NUMBER = "identity_number"  # 公民身份号码, GB 11643
    CREDIT_CODE = "credit_code"  # 统一社会信用代码, GB 32100
    MOBILE = "mobile"
    EMAIL = "email"
    DIVISION = "division"
