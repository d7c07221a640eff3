"""How a task stands follows from the events of its case, whichever way and in whichever order they came."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from lianban.clock.facts import ClockFacts, Stop
from lianban.contracts.events import CaseEvent, Due
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import CaseStatus, EventKind, StepState
from lianban_adapters.tasks.standing import Pause, standing_after

BEGAN = date(2026, 3, 3)
TESTING = Stop(began=BEGAN, reason="特别程序：检测", planned=date(2026, 3, 17))
ENDED = Stop(began=BEGAN, ended=date(2026, 3, 9), reason="特别程序：听证", planned=date(2026, 3, 6))


def event(seq: int, kind: EventKind, step: str | None = "review", **fields: Any) -> CaseEvent:
    at = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # the 3rd in Shanghai
    return CaseEvent(seq=seq, at=at, kind=kind, case_status=CaseStatus.IN_PROGRESS, step=step, **fields)


def test_a_stop_shows_what_still_runs() -> None:
    clock = ClockFacts(started=date(2026, 3, 2), stops=(ENDED, TESTING))
    standing = standing_after(
        "review",
        [
            event(7, EventKind.STEP_STOPPED, state=StepState.STOPPED, clock=clock),
            event(8, EventKind.CASE_STOPPED, None),
        ],
    )
    assert standing is not None
    assert (standing.seq, standing.state, standing.due) == (7, "stopped", None)
    assert standing.pauses == (Pause(reason="特别程序：检测", began=BEGAN, until=date(2026, 3, 17)),)


def test_the_last_event_counts() -> None:
    due = Due(promised=date(2026, 3, 30), calendar_version="v1")
    clock = ClockFacts(started=date(2026, 3, 2), stops=(ENDED,))
    events = [
        event(9, EventKind.STEP_RESUMED, state=StepState.OPEN, due=due, clock=clock),
        event(7, EventKind.STEP_STOPPED, state=StepState.STOPPED),
    ]
    for ordered in (events, events[::-1]):
        standing = standing_after("review", ordered)
        assert standing is not None
        assert (standing.seq, standing.state, standing.due, standing.pauses) == (9, "open", due, ())


def test_a_step_without_a_clock_waits_as_well() -> None:
    asked = event(3, EventKind.STEP_SUPPLEMENT_REQUESTED, state=StepState.SUPPLEMENT, until=date(2026, 3, 20))
    standing = standing_after("review", [asked])
    assert standing is not None
    assert standing.pauses == (Pause(reason="等待申请人补正", began=BEGAN, until=date(2026, 3, 20)),)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (EventKind.CASE_SUPPLEMENT_REQUESTED, StepState.SUPPLEMENT),
        (EventKind.CASE_SUPPLEMENT_RECEIVED, StepState.OPEN),
        (EventKind.CASE_ACCEPTED, None),
        (EventKind.CASE_EXTENDED, None),
    ],
)
def test_the_acceptance_task_follows_the_case(kind: EventKind, state: StepState | None) -> None:
    standing = standing_after(ACCEPTANCE_STEP, [event(2, kind, None)])
    assert (standing.state if standing else None) == state
    assert standing_after("review", [event(2, kind, None)]) is None


@pytest.mark.parametrize("kind", [EventKind.STEP_ACCEPTED, EventKind.STEP_DECIDED, EventKind.STEP_OVERRIDDEN])
def test_what_moves_no_clock_changes_nothing(kind: EventKind) -> None:
    assert standing_after("review", [event(2, kind, state=StepState.OPEN)]) is None
    assert standing_after("review", [event(2, EventKind.STEP_STOPPED, "other", state=StepState.STOPPED)]) is None
