"""How a case ends, from how its steps ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lianban.catalog.terms import RefusalPolicy, StepKind
from lianban.contracts.status import Outcome, StepState
from lianban_orchestrator.domain.steps import Step
from lianban_orchestrator.domain.transitions import NEGATIVE

_SUPPORTING: Final = frozenset({StepKind.VERIFY, StepKind.OPINION, StepKind.NOTICE, StepKind.PAY})
"""Kinds that give the applicant nothing by themselves: granted alone they do not make a case partly granted."""


def outcome_of(steps: Sequence[Step]) -> Outcome:
    """Outcome of a case all of whose steps have ended.

    A refusal under ALL refuses the case; approvals made before it stay and are delivered all the same. Under COLLECT
    a negative answer is an answer, not a failure, as long as it is not itself the decision the applicant asked for.
    """
    refused = [
        step
        for step in steps
        if step.state in NEGATIVE
        and (step.plan.on_refusal is not RefusalPolicy.COLLECT or step.plan.kind is StepKind.DECIDE)
    ]
    if any(step.plan.on_refusal is RefusalPolicy.ALL for step in refused):
        return Outcome.REFUSED
    if not refused and not any(step.state is StepState.CANCELLED for step in steps):
        return Outcome.GRANTED
    given = any(s.state is StepState.GRANTED and s.plan.kind not in _SUPPORTING for s in steps)
    return Outcome.PARTIAL if given else Outcome.REFUSED
