"""What departments' adapters and notify are given. Personal data: never cached, never logged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict


class Given(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class ElementGiven(Given):
    """``text``: the value as people read it (the label of a choice, 是/否)."""

    name: str
    value: Any
    text: str


class LicenceGiven(Given):
    """电子证照 as the library gave it: number and issuer, what it says of the seal, and when it was asked."""

    type: str
    type_name: str
    number: str
    issuer: str
    verification: dict[str, str]
    fetched_at: datetime


class MaterialGiven(Given):
    """One file. ``digest`` names its content in the object store; a material may have several files. ``licence``: it
    was fetched from the e-licence library, by the holder's consent."""

    code: str
    name: str
    digest: str
    media_type: str
    file_name: str
    licence: LicenceGiven | None = None


class ApplicantGiven(Given):
    name: str
    identity_number: str | None
    credit_code: str | None
    mobile: str
    email: str | None
    address: str | None


class ScopeGiven(Given):
    """Codes of everything the step's matter names, filled in and handed in or not: what may be asked for."""

    elements: tuple[str, ...]
    materials: tuple[str, ...]


class DossierGiven(Given):
    """卷宗 of one step: only what its matter names."""

    case_no: str
    step: str
    elements: dict[str, ElementGiven]
    materials: tuple[MaterialGiven, ...]
    applicant: ApplicantGiven
    scope: ScopeGiven


class DeliveryGiven(Given):
    mode: str
    address: str | None
    recipient: str | None
    mobile: str | None


class RecipientGiven(Given):
    """Whom to tell, and where to send results."""

    name: str
    mobile: str
    email: str | None
    delivery: DeliveryGiven
