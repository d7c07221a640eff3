"""Which kind of system each department was reached by, as both sides saw it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from lianban.platform.directory import Directory, channel_zh
from lianban_stack.demo.scenes import Json

_TAKEN: Final = (HTTPStatus.OK, HTTPStatus.ACCEPTED)


@dataclass(frozen=True)
class Carried:
    """Of one task: the kind of system, the department's short name, and how many acts came back."""

    kind: str
    department: str
    acts: int


def faults_of_ways(task: Json, kind: str) -> Iterator[str]:
    """Of a task in the sandbox's records, and of its acts: what did not go by that kind of system."""
    if task["came_by"] != kind:
        yield f"{task['step']} 应经“{channel_zh(kind)}”送达，实为 {task['came_by']}"
    for act in task["acts"]:
        if act["went_by"] != kind:
            yield f"{task['step']} 的 {act['kind']} 应经“{channel_zh(kind)}”收到，实为 {act['went_by']}"


def arrived(task: Json) -> int:
    """How many acts of a task in the sandbox's records the platform has, as it told the department."""
    return sum(bool(act["callback"]) and act["callback"]["status"] in _TAKEN for act in task["acts"])


def idle(directory: Directory, carried: Iterable[Carried]) -> Iterator[str]:
    """A fault for each kind of the directory by which no task went, or no act came back."""
    acts: dict[str, int] = {}
    for one in carried:
        acts[one.kind] = acts.get(one.kind, 0) + one.acts
    for kind in sorted({entry.channel for entry in directory.departments.values()}):
        if not acts.get(kind):
            yield f"没有经“{channel_zh(kind)}”{'收到办理动作' if kind in acts else '送达的任务'}"
