"""The step state machine: every transition there is, and that there is no other."""

import itertools

import pytest

from lianban.contracts.status import StepState
from lianban_orchestrator.domain.transitions import ENDED, IllegalTransition, Trigger, next_state

LEGAL = {
    (StepState.WAITING, Trigger.START): StepState.OPEN,
    (StepState.WAITING, Trigger.CANCEL): StepState.CANCELLED,
    (StepState.OPEN, Trigger.GRANT): StepState.GRANTED,
    (StepState.OPEN, Trigger.REFUSE): StepState.REFUSED,
    (StepState.OPEN, Trigger.CANCEL): StepState.CANCELLED,
    (StepState.OPEN, Trigger.NOT_ACCEPT): StepState.NOT_ACCEPTED,
    (StepState.OPEN, Trigger.REQUEST_SUPPLEMENT): StepState.SUPPLEMENT,
    (StepState.SUPPLEMENT, Trigger.SUPPLEMENT): StepState.OPEN,
    (StepState.SUPPLEMENT, Trigger.LAPSE): StepState.LAPSED,
    (StepState.SUPPLEMENT, Trigger.CANCEL): StepState.CANCELLED,
    (StepState.OPEN, Trigger.STOP): StepState.STOPPED,
    (StepState.STOPPED, Trigger.STOP): StepState.STOPPED,
    (StepState.STOPPED, Trigger.RESUME): StepState.OPEN,
    (StepState.STOPPED, Trigger.CANCEL): StepState.CANCELLED,
}


@pytest.mark.parametrize(("state", "trigger"), list(itertools.product(StepState, Trigger)))
def test_every_pair(state: StepState, trigger: Trigger) -> None:
    if (state, trigger) in LEGAL:
        assert next_state(state, trigger) is LEGAL[state, trigger]
    else:
        with pytest.raises(IllegalTransition):
            next_state(state, trigger)


def test_what_has_ended_never_changes() -> None:
    assert not any(state in ENDED for state, _ in LEGAL)
