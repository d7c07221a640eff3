"""Histories of a case as a workflow could tell them, and ways they may arrive."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from lianban.catalog.terms import SpecialProcedureKind
from lianban.clock.facts import ClockFacts, Stop
from lianban.clock.limits import Light
from lianban.contracts.events import CaseEvent, Due, EventBatch, RecordedEvents
from lianban.contracts.status import CaseStatus, Cause, Decision, DeliveryState, EventKind, Outcome, StepState

STEPS = ("owner-check", "hygiene", "signboard")
_START = datetime(2026, 3, 2, tzinfo=UTC)

_dues = st.builds(
    Due,
    promised=st.dates(date(2026, 3, 1), date(2026, 4, 1)),
    legal=st.none() | st.dates(date(2026, 4, 2), date(2026, 5, 1)),
    calendar_version=st.sampled_from(["v1", "v2"]),
    provisional=st.booleans(),
    started=st.none() | st.dates(date(2026, 2, 1), date(2026, 3, 1)),
)
_clocks = st.builds(
    ClockFacts,
    started=st.dates(date(2026, 2, 1), date(2026, 3, 1)),
    stops=st.lists(
        st.builds(
            Stop,
            began=st.dates(date(2026, 3, 1), date(2026, 3, 9)),
            ended=st.none() | st.dates(date(2026, 3, 9), date(2026, 3, 20)),
            reason=st.sampled_from(["特别程序：检测", "等待申请人补正"]),
        ),
        max_size=2,
    ).map(tuple),
    extension=st.integers(0, 15),
)
_fields: dict[str, Any] = {
    "kind": st.sampled_from(EventKind),
    "case_status": st.sampled_from(CaseStatus),
    "light": st.sampled_from(Light),
    "step": st.none() | st.sampled_from(STEPS),
    "state": st.none() | st.sampled_from(StepState),
    "due": st.none() | _dues,
    "decision": st.none() | st.sampled_from(Decision),
    "document": st.none() | st.sampled_from(["a" * 64, "b" * 64]),
    "outcome": st.none() | st.sampled_from(Outcome),
    "delivery": st.none() | st.sampled_from(DeliveryState),
    "shipment": st.none() | st.integers(1, 3),
    "cause": st.none() | st.sampled_from(Cause),
    "clock": st.none() | _clocks,
    "was": st.none() | _dues,
    "procedure": st.none() | st.sampled_from(SpecialProcedureKind),
    "days": st.none() | st.integers(1, 15),
    "until": st.none() | st.dates(date(2026, 3, 1), date(2026, 4, 1)),
}


@st.composite
def histories(draw: st.DrawFn) -> list[CaseEvent]:
    """Wilder than any workflow: every combination of fields, numbered from 1."""
    drawn = draw(st.lists(st.fixed_dictionaries(_fields), min_size=1, max_size=12))
    return [
        CaseEvent(seq=seq, at=_START + timedelta(hours=draw(st.integers(0, 48))), **fields)
        for seq, fields in enumerate(drawn, 1)
    ]


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[CaseEvent], list[list[CaseEvent]]]:
    """A history, and the same cut into batches in any order, with repetitions."""
    history = draw(histories())
    repeated = history + draw(st.lists(st.sampled_from(history), max_size=6))
    shuffled = draw(st.permutations(repeated))
    cuts = sorted(draw(st.sets(st.integers(1, len(shuffled)), max_size=4)) | {0, len(shuffled)})
    return history, [shuffled[one:other] for one, other in itertools.pairwise(cuts)]


def batch_of(case_no: str, events: list[CaseEvent]) -> EventBatch:
    return EventBatch(cases=(RecordedEvents(case_no=case_no, events=tuple(events)),))
