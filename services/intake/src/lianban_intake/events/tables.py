"""Every event of every case, as it was told. Rows are only ever added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from lianban_intake.cases.tables import CASE_NO, CODE, INSTANT
from lianban_intake.database import Base


class Event(Base):
    """``body`` is the whole event as its contract has it.

    No foreign key to the case: an event of a case this database does not know must be kept, not stand in the way of
    the others in its batch. Rows lie in the order they came, so an index of ranges (BRIN) finds the latest at next to
    no cost for what is added.
    """

    __tablename__ = "events"
    __table_args__ = (Index(None, "recorded_at", postgresql_using="brin"),)

    case_no: Mapped[str] = mapped_column(CASE_NO, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(INSTANT)
    kind: Mapped[str] = mapped_column(CODE)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    recorded_at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
