"""How far each case has been told to the province."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from lianban_intake.cases.tables import CASE_NO, CODE, INSTANT
from lianban_intake.database import Base


class ExchangeCase(Base):
    """``known``: the highest event that was seen of the case; ``told``: up to which event the staging tables have it,
    -1 for nothing yet. ``free_at``: not taken up before, because somebody writes it just now or it failed; ``cause``:
    why it failed, without anything personal."""

    __tablename__ = "exchange_cases"
    __table_args__ = (Index(None, "free_at", postgresql_where=text("told < known")),)

    case_no: Mapped[str] = mapped_column(CASE_NO, primary_key=True)
    known: Mapped[int]
    told: Mapped[int] = mapped_column(server_default="-1")
    attempts: Mapped[int] = mapped_column(server_default="0")
    free_at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
    cause: Mapped[str | None] = mapped_column(CODE)


class ExchangeMark(Base):
    """One row: up to when events have been looked through for cases with something new."""

    __tablename__ = "exchange_mark"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seen_at: Mapped[datetime] = mapped_column(INSTANT)
