"""What a department does with one task, act by act: what it was told to do first, then the decision. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lianban.contracts.names import ACCEPTANCE_STEP
from lianban_sandbox.departments import answers
from lianban_sandbox.departments.behaviour import Behaviour, Extend, Mode, Stop, Supplement


@dataclass(frozen=True)
class Resume:
    """The end of a special procedure that was begun before."""

    procedure: str


Item = Supplement | Stop | Resume | Extend


def script_of(step: str, behaviour: Behaviour) -> Iterator[Item]:
    """What comes before the decision. Who accepts a whole case has no clock to stop and none to extend."""
    for item in behaviour.first:
        if step == ACCEPTANCE_STEP and not isinstance(item, Supplement):
            continue
        yield item
        if isinstance(item, Stop):
            yield Resume(item.procedure.value)


def write(item: Item, task: Mapping[str, Any], department: str, now: datetime, number: int) -> answers.Act:
    """``number`` of the act among the task's: the same thing done twice is two acts."""
    match item:
        case Supplement():
            missing = [one.model_dump(exclude_none=True) for one in item.missing]
            return answers.request_supplement(task, department, now, number, missing)
        case Stop():
            return answers.stop(task, department, now, number, item.procedure.value, item.days)
        case Resume():
            return answers.resume(task, department, now, number, item.procedure)
        case Extend():
            return answers.extend(task, department, now, number, item.days)


def decide(task: Mapping[str, Any], department: str, now: datetime, behaviour: Behaviour) -> answers.Act:
    if behaviour.mode is Mode.NOT_ACCEPT:
        return answers.not_accept(task, department, now)
    if task["step"] == ACCEPTANCE_STEP:
        return answers.accept(task, department, now)
    if behaviour.mode is Mode.REFUSE:
        return answers.refuse(task, department, now)
    return answers.grant(task, department, now, automatic=behaviour.immediate)
