"""Official documents: their numbers, reserved with the event they tell of, and what was typeset of them."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import Date, Sequence, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lianban_intake.cases.tables import CASE_NO, CODE
from lianban_intake.database import Base

SERIALS: Final = Sequence("official_document_serials", metadata=Base.metadata)
"""Of all kinds together. It only ever rises, and leaves gaps: see docs/decisions/0010."""


class OfficialDocument(Base):
    """文书. ``digest``: of the PDF in the object store, once it has been asked for; it never changes after.

    No foreign key to the case or the event: a row is written by the statement that writes its event.
    """

    __tablename__ = "official_documents"
    __table_args__ = (UniqueConstraint("number"),)

    case_no: Mapped[str] = mapped_column(CASE_NO, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(CODE)
    number: Mapped[str] = mapped_column(String(64))
    dated: Mapped[date] = mapped_column(Date)
    digest: Mapped[str | None] = mapped_column(String(64))
