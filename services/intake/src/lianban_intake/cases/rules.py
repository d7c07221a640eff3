"""Which rule of law an event follows, as whoever reads it may look up."""

from __future__ import annotations

from typing import Final

from lianban.clock.rules import Rule
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import Cause, Decision, EventKind

_RULES: Final = {
    EventKind.CASE_SUPPLEMENT_REQUESTED: Rule.ONCE,
    EventKind.STEP_SUPPLEMENT_REQUESTED: Rule.ONCE,
    EventKind.CASE_SUPPLEMENT_RECEIVED: Rule.SUPPLEMENT,
    EventKind.STEP_SUPPLEMENT_RECEIVED: Rule.SUPPLEMENT,
    EventKind.CASE_LAPSED: Rule.SUPPLEMENT,
    EventKind.STEP_LAPSED: Rule.SUPPLEMENT,
    EventKind.CASE_NOT_ACCEPTED: Rule.ACCEPT_5,
    EventKind.STEP_NOT_ACCEPTED: Rule.ACCEPT_5,
    EventKind.STEP_STOPPED: Rule.STOP,
    EventKind.STEP_RESUMED: Rule.STOP,
    EventKind.CASE_STOPPED: Rule.STOP,
    EventKind.CASE_RESUMED: Rule.STOP,
    EventKind.STEP_EXTENDED: Rule.EXT_10,
    EventKind.CASE_EXTENDED: Rule.EXT_15,
    EventKind.STEP_REDATED: Rule.WD,
    EventKind.CASE_REDATED: Rule.WD,
}


def rule_of(event: CaseEvent) -> Rule | None:
    """None where nothing but the ordinary course is followed."""
    if event.overrides is not None:
        return event.overrides
    if event.cause is Cause.DEEMED:
        return Rule.ACCEPT_5
    if event.kind is EventKind.STEP_DECIDED and event.decision is Decision.REFUSED:
        return Rule.REFUSE
    return _RULES.get(event.kind)
