"""Official documents as they are listed."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from lianban_intake.official_documents.kinds import DocumentKind


class DocumentShown(BaseModel):
    """``seq``: of the event it tells of. ``step``: absent where it is about the case. ``href``: the PDF."""

    model_config = ConfigDict(frozen=True)

    seq: int
    kind: DocumentKind
    title: str
    number: str
    dated: date
    step: str | None
    step_name: str | None
    href: str


class DocumentList(BaseModel):
    model_config = ConfigDict(frozen=True)

    case_no: str
    documents: tuple[DocumentShown, ...]


class DocumentGiven(BaseModel):
    """What a message names it by."""

    model_config = ConfigDict(frozen=True)

    seq: int
    kind: DocumentKind
    title: str
    number: str
    dated: date
