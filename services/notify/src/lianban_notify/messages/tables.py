"""Which messages were asked for, and what became of each letter. Nobody's name, number or address is kept."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Integer, String, func
from sqlalchemy.orm import Mapped, mapped_column

from lianban_notify.database import CASE_NO, CODE, INSTANT, KEY, Base


class LetterState(StrEnum):
    SENDING = "sending"
    SENT = "sent"
    REJECTED = "rejected"  # the other side will never take it


class Message(Base):
    """A message asked for. ``done_at``: nothing is left to send."""

    __tablename__ = "messages"
    __table_args__ = (Index(None, "case_no"),)

    key: Mapped[str] = mapped_column(KEY, primary_key=True)
    case_no: Mapped[str] = mapped_column(CASE_NO)
    kind: Mapped[str] = mapped_column(CODE)
    stored_at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
    done_at: Mapped[datetime | None] = mapped_column(INSTANT)


class Letter(Base):
    """A message on one channel to one reader: written before it is sent, marked after.

    Whoever sends holds it until ``held_until``; after a crash the next one may try, under the same key.
    """

    __tablename__ = "letters"

    key: Mapped[str] = mapped_column(KEY, primary_key=True)
    channel: Mapped[str] = mapped_column(CODE, primary_key=True)
    message_key: Mapped[str] = mapped_column(KEY)
    state: Mapped[str] = mapped_column(CODE)
    attempts: Mapped[int] = mapped_column(Integer, server_default="1")
    held_until: Mapped[datetime] = mapped_column(INSTANT)
    sent_at: Mapped[datetime | None] = mapped_column(INSTANT)
    reference: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str | None] = mapped_column(String(200))
