"""What progress shows: the case and its steps, as the events recorded so far leave them.

Columns ending in ``seq`` hold the number of the event that last set what they stand beside, so that an older event
arriving late changes nothing. ``clock`` holds the facts of a clock that was halted or moved (none: it has run from
``due_started`` undisturbed), ``moves`` what became of its date, by the number of the event. Pages are left room, so
that updates stay in place (no indexed column ever changes).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, DateTime, ForeignKey, SmallInteger, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lianban_intake.database import Base

CASE_NO = String(40)
CODE = String(48)
INSTANT = DateTime(timezone=True)


class Case(Base):
    """办件."""

    __tablename__ = "cases"
    __table_args__ = ({"postgresql_with": {"fillfactor": 80}},)

    case_no: Mapped[str] = mapped_column(CASE_NO, primary_key=True)
    theme: Mapped[str] = mapped_column(CODE)
    theme_name: Mapped[str] = mapped_column(Text)
    division: Mapped[str] = mapped_column(String(12))
    channel: Mapped[str] = mapped_column(CODE)
    source_system: Mapped[str] = mapped_column(String(64))
    catalog_version: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(INSTANT)
    delivery_mode: Mapped[str] = mapped_column(CODE)

    status: Mapped[str] = mapped_column(CODE)
    seq: Mapped[int] = mapped_column(server_default="0")
    light: Mapped[str] = mapped_column(CODE)
    light_seq: Mapped[int] = mapped_column(server_default="0")
    promised_due: Mapped[date | None] = mapped_column(Date)
    legal_due: Mapped[date | None] = mapped_column(Date)
    due_provisional: Mapped[bool | None]
    due_started: Mapped[date | None] = mapped_column(Date)
    calendar_version: Mapped[str | None] = mapped_column(String(64))
    due_seq: Mapped[int] = mapped_column(server_default="0")
    clock: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    clock_seq: Mapped[int] = mapped_column(server_default="0")
    moves: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    outcome: Mapped[str | None] = mapped_column(CODE)
    outcome_seq: Mapped[int] = mapped_column(server_default="0")
    accepted_at: Mapped[datetime | None] = mapped_column(INSTANT)
    deemed: Mapped[bool] = mapped_column(server_default=text("false"))
    complete_at: Mapped[datetime | None] = mapped_column(INSTANT)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)


class CaseStep(Base):
    """环节 of a case, in the plan's order."""

    __tablename__ = "case_steps"
    __table_args__ = ({"postgresql_with": {"fillfactor": 70}},)

    case_no: Mapped[str] = mapped_column(CASE_NO, ForeignKey(Case.case_no), primary_key=True)
    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(CODE)
    department: Mapped[str] = mapped_column(CODE)
    department_name: Mapped[str] = mapped_column(Text)

    state: Mapped[str] = mapped_column(CODE)
    light: Mapped[str] = mapped_column(CODE)
    seq: Mapped[int] = mapped_column(server_default="0")
    promised_due: Mapped[date | None] = mapped_column(Date)
    legal_due: Mapped[date | None] = mapped_column(Date)
    due_provisional: Mapped[bool | None]
    due_started: Mapped[date | None] = mapped_column(Date)
    due_seq: Mapped[int] = mapped_column(server_default="0")
    clock: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    clock_seq: Mapped[int] = mapped_column(server_default="0")
    moves: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    started_at: Mapped[datetime | None] = mapped_column(INSTANT)
    ended_at: Mapped[datetime | None] = mapped_column(INSTANT)
    decision: Mapped[str | None] = mapped_column(CODE)
    document: Mapped[str | None] = mapped_column(String(64))
    decision_seq: Mapped[int] = mapped_column(server_default="0")


class CaseShipment(Base):
    """A part of a case's results on its way. ``number`` counts from 1."""

    __tablename__ = "shipments"
    __table_args__ = ({"postgresql_with": {"fillfactor": 80}},)

    case_no: Mapped[str] = mapped_column(CASE_NO, ForeignKey(Case.case_no), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(CODE)
    seq: Mapped[int]
