"""Which kind of system each department was reached by, as both sides saw it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lianban.platform.directory import Channel, Directory

KIND_ZH: Final[Mapping[str, str]] = {
    Channel.REST: "推送和回调",
    Channel.POLLING: "轮询",
    Channel.STAGING: "前置库表",
    Channel.INBOX: "人工收件箱",
}


@dataclass(frozen=True)
class Carried:
    """Of one task: the kind of system, the department's short name, and how many acts came back."""

    kind: str
    department: str
    acts: int


def idle(directory: Directory, carried: Iterable[Carried]) -> Iterator[str]:
    """A fault for each kind of the directory by which no task went, or no act came back."""
    acts: dict[str, int] = {}
    for one in carried:
        acts[one.kind] = acts.get(one.kind, 0) + one.acts
    for kind in sorted({entry.channel for entry in directory.departments.values()}):
        if not acts.get(kind):
            yield f"没有经“{KIND_ZH[kind]}”{'收到办理动作' if kind in acts else '送达的任务'}"
