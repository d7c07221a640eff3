"""Cases whose workflow is yet to be started."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lianban_intake.cases.tables import CASE_NO, INSTANT, Case
from lianban_intake.database import Base


class PendingStart(Base):
    """Written with its case, removed once Temporal has the workflow. ``due_at``: not tried by the poller before."""

    __tablename__ = "pending_starts"
    __table_args__ = (Index(None, "due_at"),)

    case_no: Mapped[str] = mapped_column(CASE_NO, ForeignKey(Case.case_no), primary_key=True)
    attempts: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime] = mapped_column(INSTANT)
