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
    REQUEST_SUPPLEMENT = "request_supplement"
    SUPPLEMENT = "supplement"
    NOT_ACCEPT = "not_accept"
    LAPSE = "lapse"
    STOP = "stop"
    RESUME = "resume"  # of the last procedure that runs


class IllegalTransition(Exception):
    """A trigger that the state does not know; nothing has changed."""


_TRANSITIONS: Final = {
    (StepState.WAITING, Trigger.START): StepState.OPEN,
    (StepState.WAITING, Trigger.CANCEL): StepState.CANCELLED,
    (StepState.OPEN, Trigger.GRANT): StepState.GRANTED,
    (StepState.OPEN, Trigger.REFUSE): StepState.REFUSED,
    (StepState.OPEN, Trigger.CANCEL): StepState.CANCELLED,
    (StepState.OPEN, Trigger.REQUEST_SUPPLEMENT): StepState.SUPPLEMENT,
    (StepState.OPEN, Trigger.NOT_ACCEPT): StepState.NOT_ACCEPTED,
    (StepState.OPEN, Trigger.STOP): StepState.STOPPED,
    (StepState.SUPPLEMENT, Trigger.SUPPLEMENT): StepState.OPEN,
    (StepState.SUPPLEMENT, Trigger.LAPSE): StepState.LAPSED,
    (StepState.SUPPLEMENT, Trigger.CANCEL): StepState.CANCELLED,
    (StepState.STOPPED, Trigger.STOP): StepState.STOPPED,
    (StepState.STOPPED, Trigger.RESUME): StepState.OPEN,
    (StepState.STOPPED, Trigger.CANCEL): StepState.CANCELLED,
}

WITH_DEPARTMENT: Final = frozenset({StepState.OPEN, StepState.SUPPLEMENT, StepState.STOPPED})
"""Begun and not ended: its department has it, whether or not its clock runs."""

ENDED: Final = frozenset(
    {StepState.GRANTED, StepState.REFUSED, StepState.CANCELLED, StepState.NOT_ACCEPTED, StepState.LAPSED}
)

NEGATIVE: Final = frozenset({StepState.REFUSED, StepState.NOT_ACCEPTED, StepState.LAPSED})
"""Ended without what the applicant asked for: the theme's policy says what becomes of the others."""


def next_state(state: StepState, trigger: Trigger) -> StepState:
    """The state after ``trigger``.

    Raises:
        IllegalTransition: an ended step never changes again (行政许可法 art. 69, 70: a granted licence is revoked
            only by its own procedure), nothing but START or CANCEL happens to a step that waits, and nothing is
            decided while the applicant or a special procedure is waited for.
    """
    try:
        return _TRANSITIONS[state, trigger]
    except KeyError:
        raise IllegalTransition(f"{state} --{trigger}-->") from None
