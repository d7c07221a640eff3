"""A dossier as the intake gives it, cut to what the step's matter names. Personal data: never stored, never logged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict


class DossierLicence(BaseModel):
    """电子证照: type, number, issuer, what the library says of its seal, and when it
    was fetched."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    type: str
    type_name: str
    number: str
    issuer: str
    verification: dict[str, str]
    fetched_at: datetime


class DossierMaterial(BaseModel):
    """``code`` is the catalogue's; one material may consist of several files. ``digest`` names the file's content.
    ``licence``: the file was fetched from the e-licence library."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    code: str
    name: str
    digest: str
    media_type: str
    file_name: str
    licence: DossierLicence | None = None


class DossierElement(BaseModel):
    """``text``: the value as people read it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    name: str
    value: Any
    text: str


class DossierScope(BaseModel):
    """Codes of everything the step may ask for, filled in and handed in or not."""

    model_config = ConfigDict(frozen=True)

    elements: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()


class Dossier(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    elements: dict[str, DossierElement]
    materials: tuple[DossierMaterial, ...]
    applicant: dict[str, Any]
    scope: DossierScope = DossierScope()
