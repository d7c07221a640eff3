"""Which calendar each running case counts by, and the runs that bring a new one to all of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ARRAY, ForeignKey, Integer, SmallInteger, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from lianban_intake.cases.tables import CASE_NO, CODE, INSTANT, Case
from lianban_intake.database import Base

VERSION = String(64)


class RunningCase(Base):
    """A case whose workflow may still run. Written with the case; it goes when a run finds that the case has closed.

    ``calendar``: version its workflow counts by, empty where not known for certain. ``due_at``: not asked by a run
    before; with ``attempts`` and ``problem``, where it could not be dated anew.
    """

    __tablename__ = "running_cases"

    case_no: Mapped[str] = mapped_column(CASE_NO, ForeignKey(Case.case_no), primary_key=True)
    calendar: Mapped[str] = mapped_column(VERSION, index=True)
    due_at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    problem: Mapped[str | None] = mapped_column(CODE)


class Redating(Base):
    """A run. A calendar that came into force a second time has a second run: ``number`` counts them from 1.

    ``edition`` and ``since`` are those of the edition with which the calendar came into force.
    """

    __tablename__ = "redatings"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(VERSION)
    edition: Mapped[int]
    since: Mapped[datetime] = mapped_column(INSTANT)
    started_at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(INSTANT)


class RedatedCase(Base):
    """What a run came to with one case. ``events``: numbers of the events by which its dates moved.

    ``times``: how often it was asked; more than once only where another process may have set it back since.
    """

    __tablename__ = "redated_cases"

    run: Mapped[int] = mapped_column(ForeignKey(Redating.number), primary_key=True, autoincrement=False)
    case_no: Mapped[str] = mapped_column(CASE_NO, ForeignKey(Case.case_no), primary_key=True)
    at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
    outcome: Mapped[str] = mapped_column(CODE)
    events: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    times: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
