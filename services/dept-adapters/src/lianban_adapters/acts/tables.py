"""Acts as they arrived, and what became of each. Reasons and results are in the object store (``document``)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index, Integer, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from lianban_adapters.acts.states import ActState
from lianban_adapters.database import Base
from lianban_adapters.tasks.tables import CASE_NO, CODE, DIGEST, INSTANT, OFFICER, TASK_ID


class Act(Base):
    """An act id is the department's own: two departments may use the same. ``fingerprint`` is a keyed hash of the
    body, so that nobody can find out a body by trying. ``seq`` is the order of arrival."""

    __tablename__ = "acts"
    __table_args__ = (
        Index(None, "task_id"),
        Index("ix_acts_under_way", "next_attempt_at", postgresql_where=text("state IN ('received', 'waiting')")),
    )

    department: Mapped[str] = mapped_column(CODE, primary_key=True)
    act_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    task_id: Mapped[str] = mapped_column(TASK_ID)
    case_no: Mapped[str] = mapped_column(CASE_NO)
    step: Mapped[str] = mapped_column(CODE)
    kind: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str] = mapped_column(String(16))
    officer: Mapped[str | None] = mapped_column(OFFICER)
    decision: Mapped[str | None] = mapped_column(String(16))
    occurred_at: Mapped[datetime] = mapped_column(INSTANT)
    document: Mapped[str | None] = mapped_column(DIGEST)
    fingerprint: Mapped[str] = mapped_column(DIGEST)
    received_at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
    state: Mapped[str] = mapped_column(String(16), default=ActState.RECEIVED)
    next_attempt_at: Mapped[datetime] = mapped_column(INSTANT)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    case_status: Mapped[str | None] = mapped_column(String(16))
    step_state: Mapped[str | None] = mapped_column(String(16))
    refusal: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[str | None] = mapped_column(Text)
    rule: Mapped[str | None] = mapped_column(String(16))
    role: Mapped[str | None] = mapped_column(String(16))
    procedure: Mapped[str | None] = mapped_column(String(16))
    days: Mapped[int | None] = mapped_column(Integer)
    overrides: Mapped[str | None] = mapped_column(String(16))
