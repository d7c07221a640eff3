"""Tasks as they stand. No personal data: the dossier stays with the intake and is fetched when somebody needs it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Date, DateTime, Index, Integer, String, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lianban.contracts.status import StepState
from lianban_adapters.database import Base
from lianban_adapters.tasks.states import TaskState

CODE: Final = String(64)
CASE_NO: Final = String(64)
TASK_ID: Final = String(160)
OFFICER: Final = String(64)
DIGEST: Final = String(64)
INSTANT: Final = DateTime(timezone=True)


class Task(Base):
    """``details`` is the order without its events; it is absent when a withdrawal overtook the order.

    How the task stands in its case follows from the event ``seq``: ``step_state``, the dates, and ``pauses``, what it
    waits for.
    """

    __tablename__ = "tasks"
    __table_args__ = (Index(None, "department", "state", "due"),)

    id: Mapped[str] = mapped_column(TASK_ID, primary_key=True)
    department: Mapped[str] = mapped_column(CODE)
    case_no: Mapped[str] = mapped_column(CASE_NO)
    step: Mapped[str] = mapped_column(CODE)
    details: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    due: Mapped[date | None] = mapped_column(Date)
    legal_due: Mapped[date | None] = mapped_column(Date)
    step_state: Mapped[str] = mapped_column(String(16), server_default=StepState.OPEN)
    pauses: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    seq: Mapped[int] = mapped_column(Integer, server_default="0")
    state: Mapped[str] = mapped_column(String(16), default=TaskState.RECEIVED)
    channel: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
    sent_at: Mapped[datetime | None] = mapped_column(INSTANT)
    claimed_by: Mapped[str | None] = mapped_column(OFFICER)
    claimed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    cause: Mapped[str | None] = mapped_column(String(32))
    told_at: Mapped[datetime | None] = mapped_column(INSTANT)
