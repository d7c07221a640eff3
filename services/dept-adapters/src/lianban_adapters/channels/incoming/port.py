"""What a source is: where a department leaves its acts for us to fetch. A channel kind that is fetched from has one
beside its :class:`~lianban_adapters.channels.port.Channel`.

A source keeps no act between two calls. Whatever it raises beside :class:`Unusable` means "not now": the act stays
where it is and is fetched again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from lianban.platform.problems import FieldError


class Status(StrEnum):
    """What became of an act, as the department reads it."""

    APPLIED = "applied"
    STORED = "stored"  # the case will get it
    REVIEW = "review"  # a system's refusal, left to a person (L-REFUSE)
    REFUSED = "refused"  # cannot be, however often it is sent
    QUARANTINED = "quarantined"  # cannot be read; to be mended by the department


@dataclass(frozen=True)
class Receipt:
    """Written back beside the act. ``problem``, ``rule``, ``detail``: why it was refused, as a callback is told."""

    status: Status
    problem: str | None = None
    rule: str | None = None
    detail: str | None = None
    case_status: str | None = None
    step_state: str | None = None


class Unusable(Exception):
    """What lies there is no act: every fault, for the department's engineer. Says nothing of what stands there."""

    def __init__(self, faults: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{fault.pointer} {fault.code}" for fault in faults))
        self.faults = tuple(faults)


class Unfinished(Exception):
    """What lies there is not written to its end, or there no more: left alone until the next look."""


def unusable(code: str, message: str, pointer: str = "") -> Unusable:
    """Of a single fault."""
    return Unusable((FieldError(pointer, code, message),))


@dataclass(frozen=True)
class Found:
    """What was read: an act in the form of a callback (:class:`~lianban_adapters.acts.schemas.CallbackAct`), not
    examined, and what is wrong with it that its form does not show."""

    act: Any
    faults: Sequence[FieldError] = ()


@dataclass(frozen=True)
class Batch:
    """Keys of acts not yet acknowledged, in the order they were written. ``next``: where to go on, none at the end."""

    keys: Sequence[str]
    next: str | None = None


class Source(Protocol):
    """Every call may raise :class:`~lianban_adapters.channels.port.Unavailable`. There is one call at a time, but
    several acts may be read before the first of them is acknowledged."""

    async def fetch(self, after: str | None) -> Batch:
        """``after``: what the batch before gave as ``next``; none: from the oldest one."""

    async def read(self, key: str) -> Found:
        """Raises :class:`Unusable` for what has no such form at all, :class:`Unfinished` for what has none yet."""

    async def acknowledge(self, key: str, receipt: Receipt) -> None:
        """The act is ours now, or never will be: it is not fetched again."""

    async def quarantine(self, key: str, faults: Sequence[FieldError]) -> None:
        """The act is set aside with its faults until the department has mended it."""
