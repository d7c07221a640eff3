"""Corrections as they were handed in. What was filed at first stays as it is: each is a version that comes on top."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from lianban_intake.cases.tables import CASE_NO, CODE, INSTANT, Case
from lianban_intake.database import Base

_ACT_ID = String(64)


class SupplementRow(Base):
    """One answer to the request that is the event ``request_seq`` of the case. ``content`` is sealed; ``body_hash`` is
    keyed. ``seq``: the event by which the case took it; before that nobody sees it.

    A request is answered once, unless the case refused the answer.
    """

    __tablename__ = "supplements"
    __table_args__ = (
        Index(None, "case_no"),
        Index(None, "case_no", "request_seq", unique=True, postgresql_where=text("state <> 'refused'")),
    )

    act_id: Mapped[str] = mapped_column(_ACT_ID, primary_key=True)
    case_no: Mapped[str] = mapped_column(CASE_NO, ForeignKey(Case.case_no))
    step: Mapped[str] = mapped_column(CODE)
    request_seq: Mapped[int]
    handed_in_at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
    handed_in_by: Mapped[str] = mapped_column(String(64))
    body_hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(CODE)
    seq: Mapped[int | None]
    refusal: Mapped[str | None] = mapped_column(CODE)
    refusal_detail: Mapped[str | None] = mapped_column(Text)
    refusal_rule: Mapped[str | None] = mapped_column(CODE)


class PendingSupplement(Base):
    """Written with its supplement, removed once the case has answered. ``due_at``: not carried by the poller before."""

    __tablename__ = "pending_supplements"
    __table_args__ = (Index(None, "due_at"),)

    act_id: Mapped[str] = mapped_column(_ACT_ID, ForeignKey(SupplementRow.act_id), primary_key=True)
    attempts: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime] = mapped_column(INSTANT)
