"""How a task stands in its case while it is with its department: open, waiting for the applicant, stopped. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict

from lianban.clock.deadlines import local_date
from lianban.contracts.events import CaseEvent, Due
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import EventKind, StepState

_OF_ACCEPTANCE: Final = {
    EventKind.CASE_SUPPLEMENT_REQUESTED: StepState.SUPPLEMENT,
    EventKind.CASE_SUPPLEMENT_RECEIVED: StepState.OPEN,
}
"""Events of the case that are the acceptance task's, and how it stands after them."""

_OF_STEP: Final = frozenset(
    {
        EventKind.STEP_SUPPLEMENT_REQUESTED,
        EventKind.STEP_SUPPLEMENT_RECEIVED,
        EventKind.STEP_STOPPED,
        EventKind.STEP_RESUMED,
        EventKind.STEP_EXTENDED,
    }
)
_AWAITED: Final = "等待申请人补正"


class Pause(BaseModel):
    """What a task waits for. ``until``: the last day as planned."""

    model_config = ConfigDict(frozen=True)

    reason: str
    began: date
    until: date | None


class Standing(BaseModel):
    """``seq``: of the event it follows from. What came before it changes nothing any more."""

    model_config = ConfigDict(frozen=True)

    seq: int
    state: StepState
    due: Due | None
    pauses: tuple[Pause, ...]


def standing_after(step: str, events: Iterable[CaseEvent]) -> Standing | None:
    """After the last of these events that moves the step's clock; None where none does."""
    own = [(event, state) for event in events if (state := _state_after(step, event)) is not None]
    if not own:
        return None
    event, state = max(own, key=lambda pair: pair[0].seq)
    return Standing(seq=event.seq, state=state, due=event.due, pauses=_pauses(event, state))


def _state_after(step: str, event: CaseEvent) -> StepState | None:
    if event.step == step and event.kind in _OF_STEP:
        return event.state
    return _OF_ACCEPTANCE.get(event.kind) if step == ACCEPTANCE_STEP and event.step is None else None


def _pauses(event: CaseEvent, state: StepState) -> Sequence[Pause]:
    if event.clock is not None:
        return tuple(
            Pause(reason=stop.reason, began=stop.began, until=stop.planned)
            for stop in event.clock.stops
            if stop.ended is None
        )
    if state is StepState.SUPPLEMENT:  # of a step without a clock (BATCH)
        return (Pause(reason=_AWAITED, began=local_date(event.at), until=event.until),)
    return ()
