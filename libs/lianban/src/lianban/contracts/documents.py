"""The document of a department's act (:attr:`DepartmentAct.document`): JSON in the object store, by its own digest.

Written by the adapters, read by whoever shows or delivers results. It may hold personal data, so it is only ever
named by its digest where acts and events travel.
"""

from __future__ import annotations

from datetime import date

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


class ActDocument(Contract):
    """Written statement of an act. A refusal has reason, legal basis and remedy (行政许可法 art. 38)."""

    reason: str | None = None
    legal_basis: str | None = None
    remedy: str | None = None
    results: tuple[ActResult, ...] = ()
