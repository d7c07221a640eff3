"""What the mapping is given, and what it yields. Values are personal data: they stay out of ``repr``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import String, Table

from lianban.catalog.plan import Plan
from lianban.catalog.terms import DeliveryMode
from lianban.clock.deadlines import SHANGHAI
from lianban.contracts.documents import ActDocument
from lianban.contracts.events import CaseEvent
from lianban_intake.exchange.staging import ITEMS

LONGEST_TEXT: Final = 4000
"""Characters of what a department wrote: longer statements stand in the official documents."""

NO_ACT: Final = ActDocument()


@dataclass(frozen=True)
class Record:
    """One row of a staging table. ``changed``: number of the event that made it what it is."""

    table: Table
    seq: int
    changed: int
    values: Mapping[str, Any] = field(repr=False)

    @property
    def key(self) -> tuple[str, int]:
        return self.table.name, self.seq


@dataclass(frozen=True)
class CaseFile:
    """A case as it is stored. ``events``: from the first on, without a gap; ``recorded``: when each came here;
    ``latest``: the highest number that has come. ``names``: of materials; ``numbers``: of official documents, by event;
    ``supplements``: files by the act that handed them in; ``acts``: statements by their digest.
    """

    case_no: str
    received_at: datetime
    delivery_mode: DeliveryMode
    plan: Plan
    names: Mapping[str, str]
    numbers: Mapping[int, str]
    events: Sequence[CaseEvent]
    recorded: Sequence[datetime]
    latest: int
    applicant: Mapping[str, str] = field(repr=False)
    materials: Sequence[Mapping[str, Any]] = field(repr=False)
    supplements: Mapping[str, Sequence[Mapping[str, Any]]] = field(repr=False)
    acts: Mapping[str, ActDocument] = field(repr=False)

    def until(self, seq: int) -> CaseFile:
        """The case as it stood after that event."""
        kept = [event for event in self.events if event.seq <= seq]
        return replace(self, events=kept, recorded=self.recorded[: len(kept)])

    def act(self, event: CaseEvent) -> ActDocument:
        return self.acts[event.document] if event.document else NO_ACT


def record(table: Table, event: CaseEvent, values: Mapping[str, Any], item: int = 0) -> Record:
    """Of what the event tells. Texts are cut to what their column takes."""
    if item >= ITEMS:
        raise ValueError(f"more than {ITEMS} records of one event")
    fitted = {name: _fitted(table, name, value) for name, value in values.items()}
    return Record(table, event.seq * ITEMS + item, event.seq, fitted)


def local(instant: datetime) -> datetime:
    """As Beijing's clocks show it, to the second: MySQL keeps no more."""
    return instant.astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0)


def _fitted(table: Table, name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    kind = table.columns[name].type
    longest = kind.length if isinstance(kind, String) and kind.length else LONGEST_TEXT
    return value.replace("\x00", "")[:longest]
