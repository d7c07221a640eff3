"""What is asked of the applicant now, from the case's state and the events that asked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lianban.contracts.events import CaseEvent
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import CaseStatus, EventKind, StepState

REQUESTED = (EventKind.CASE_SUPPLEMENT_REQUESTED, EventKind.STEP_SUPPLEMENT_REQUESTED)
RECEIVED = (EventKind.CASE_SUPPLEMENT_RECEIVED, EventKind.STEP_SUPPLEMENT_RECEIVED)


@dataclass(frozen=True)
class Request:
    """``step``: ACCEPTANCE_STEP where the whole case is asked about, before it is accepted."""

    step: str
    event: CaseEvent


def open_requests(status: CaseStatus, states: Mapping[str, StepState], asked: Iterable[CaseEvent]) -> list[Request]:
    """Of steps (``states``, in plan order) that wait for the applicant; of each the last, for a supervisor may have
    allowed another. ``asked``: the events REQUESTED, in order."""
    last: dict[str | None, CaseEvent] = {event.step: event for event in asked}
    return [Request(step, last[key]) for step, key in _waiting(status, states) if key in last]


def _waiting(status: CaseStatus, states: Mapping[str, StepState]) -> Iterator[tuple[str, str | None]]:
    if status is CaseStatus.SUPPLEMENT:
        yield ACCEPTANCE_STEP, None
    for step, state in states.items():
        if state is StepState.SUPPLEMENT:
            yield step, step
