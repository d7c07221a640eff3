"""Who looked at whose data, when, and what for. Rows are only ever added."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index, String, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from lianban_intake.cases.tables import CASE_NO, CODE, INSTANT
from lianban_intake.database import Base


class DossierAccess(Base):
    """``step`` is absent where no dossier was read, but the recipient's contact or an official document."""

    __tablename__ = "dossier_accesses"
    __table_args__ = (Index(None, "case_no"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
    case_no: Mapped[str] = mapped_column(CASE_NO)
    step: Mapped[str | None] = mapped_column(CODE)
    subject: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(Text)
