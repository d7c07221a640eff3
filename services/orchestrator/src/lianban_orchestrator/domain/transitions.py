"""The step state machine (环节): every transition there is."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from lianban.contracts.status import StepState


class Trigger(StrEnum):
    START = "start"
    GRANT = "grant"
    REFUSE = "refuse"
    CANCEL = "cancel"


class IllegalTransition(Exception):
    """A trigger that the state does not know; nothing has changed."""


_TRANSITIONS: Final = {
    (StepState.WAITING, Trigger.START): StepState.OPEN,
    (StepState.WAITING, Trigger.CANCEL): StepState.CANCELLED,
    (StepState.OPEN, Trigger.GRANT): StepState.GRANTED,
    (StepState.OPEN, Trigger.REFUSE): StepState.REFUSED,
    (StepState.OPEN, Trigger.CANCEL): StepState.CANCELLED,
}

ENDED: Final = frozenset({StepState.GRANTED, StepState.REFUSED, StepState.CANCELLED})


def next_state(state: StepState, trigger: Trigger) -> StepState:
    """The state after ``trigger``.

    Raises:
        IllegalTransition: an ended step never changes again (行政许可法 art. 69, 70: a granted licence is revoked
            only by its own procedure), and nothing but START or CANCEL happens to a step that waits.
    """
    try:
        return _TRANSITIONS[state, trigger]
    except KeyError:
        raise IllegalTransition(f"{state} --{trigger}-->") from None
