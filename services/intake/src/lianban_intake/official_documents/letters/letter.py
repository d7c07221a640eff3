"""A letter: the parts every official document consists of, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from lianban_intake.official_documents.kinds import TITLE_ZH
from lianban_intake.official_documents.letters.wording import zh_date
from lianban_intake.official_documents.record import CaseRecord

DRAFTED: Final = "起草稿：本文书的样式以及引用的时限、依据待各部门确认。"

Row = tuple[str, str]


class Item(BaseModel):
    """One of a numbered list: what, and what about it."""

    model_config = ConfigDict(frozen=True)

    name: str
    note: str = ""


class Letter(BaseModel):
    """``recipient_signs``: the applicant's signature belongs on it, not only the authority's seal."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    title: str
    number: str
    addressee: str | None
    paragraphs: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    rows: tuple[Row, ...] = ()
    closing: tuple[str, ...] = ()
    recipient_signs: bool = False
    issuer: str
    dated: str
    case_no: str
    theme_name: str
    drafted: str | None


def letter(record: CaseRecord, *, rows: Iterable[tuple[str, str | None]], **parts: Any) -> Letter:
    """Head and foot are the same for all; rows without a value are left out."""
    return Letter(
        title=TITLE_ZH[record.kind],
        number=record.number,
        addressee=record.applicant,
        issuer=record.issuer,
        dated=zh_date(record.dated),
        case_no=record.case_no,
        theme_name=record.plan.theme_name,
        drafted=DRAFTED if record.cut.drafted else None,
        rows=tuple((name, value) for name, value in rows if value),
        **parts,
    )
