"""Moves: what became of a clock's date after it had been told, as progress keeps it. The reasons are the events'."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, ConfigDict

from lianban.catalog.terms import SpecialProcedureKind
from lianban.contracts.events import CaseEvent, Due
from lianban.contracts.status import EventKind


class Days(BaseModel):
    """Last days of a clock."""

    model_config = ConfigDict(frozen=True)

    promised: date
    legal: date | None = None

    @classmethod
    def of(cls, due: Due | None) -> Self | None:
        return None if due is None else cls(promised=due.promised, legal=due.legal)


class Move(BaseModel):
    """A clock was halted, set going again, prolonged or dated anew. ``was`` none: it had no date before; ``due`` none:
    it has none while it is stopped."""

    model_config = ConfigDict(frozen=True)

    kind: EventKind
    at: datetime
    was: Days | None = None
    due: Days | None = None
    procedure: SpecialProcedureKind | None = None
    days: int | None = None
    until: date | None = None

    @classmethod
    def of(cls, event: CaseEvent) -> Self:
        return cls(
            kind=event.kind,
            at=event.at,
            was=Days.of(event.was),
            due=Days.of(event.due),
            procedure=event.procedure,
            days=event.days,
            until=event.until,
        )
