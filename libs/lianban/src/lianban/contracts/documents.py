"""The document of a department's act (:attr:`DepartmentAct.document`): JSON in the object store, by its own digest.

Written by the adapters, read by whoever shows or delivers results. It may hold personal data, so it is only ever
named by its digest where acts and events travel.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from lianban.contracts.base import Contract


class ResultFile(Contract):
    """A file of a result, itself in the object store. ``size`` in bytes."""

    name: str
    media_type: str
    digest: str
    size: int


class ActResult(Contract):
    """办理结果: what the department issued, with its certificate number and validity where it has them."""

    code: str
    name: str
    number: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    file: ResultFile | None = None


class MissingItem(Contract):
    """One thing that is missing or wrong (补正事项): a material of the case, or an element of its form.

    ``code``: of the material or the element. ``note``: what is wrong and what would be right, for the applicant.
    """

    material: str | None = None
    element: str | None = None
    note: str


class NotAcceptedGround(StrEnum):
    """Grounds for not accepting (行政许可法 art. 32)."""

    NOT_NEEDED = "not_needed"  # 依法不需要取得行政许可
    NOT_COMPETENT = "not_competent"  # 不属于本行政机关职权范围; the competent body is named


class ActDocument(Contract):
    """Written statement of an act. A refusal has reason, legal basis and remedy (行政许可法 art. 38); a request for
    supplements names everything that is missing at once (art. 32); a stop and an extension have their reason."""

    reason: str | None = None
    legal_basis: str | None = None
    remedy: str | None = None
    missing: tuple[MissingItem, ...] = ()
    ground: NotAcceptedGround | None = None
    competent_body: str | None = None
    outcome: str | None = Field(default=None, description="of a special procedure that has ended")
    results: tuple[ActResult, ...] = ()
