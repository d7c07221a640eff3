"""The critical path of one run: the steps that made the case as long as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import StepState
from lianban_rehearsal.records import RunRecord, Stage, StepRecord


@dataclass(frozen=True, slots=True)
class Link:
    """A step on the path, and the working days by which it put off the end."""

    step: str
    days: int


def critical_path(run: RunRecord, stage: Stage) -> tuple[Link, ...]:
    """Back from the step that ended last, to the one each waited for longest. The days add up to those of the case from
    its receipt."""
    after = {step.code: step.after for step in stage.plan.steps}
    records = {step.code: step for step in run.steps}
    chain: list[StepRecord] = []
    step = _last(list(records.values()))
    while step is not None:
        chain.append(step)
        step = _last([records[code] for code in after.get(step.code, ()) if code in records])
    acceptance = records.get(ACCEPTANCE_STEP)
    if acceptance is not None and acceptance not in chain:
        chain.append(acceptance)
    return tuple(_links(chain[::-1], run.received, stage))


def _links(chain: Sequence[StepRecord], since: datetime, stage: Stage) -> list[Link]:
    links = []
    for step in chain:
        assert step.ended is not None
        links.append(Link(step.code, stage.put_off(since, step.ended)))
        since = max(since, step.ended)
    return links


def _last(steps: Sequence[StepRecord]) -> StepRecord | None:
    """That ended last; the later in the plan of two that ended together. What never began held nothing up."""
    ended = [
        (step.ended, order, step)
        for order, step in enumerate(steps)
        if step.ended is not None and step.began is not None and step.state is not StepState.CANCELLED
    ]
    return max(ended, key=lambda item: item[:2])[2] if ended else None
