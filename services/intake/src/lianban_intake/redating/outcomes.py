"""What asking a case came to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lianban.contracts.events import CaseEvent

UNREACHABLE: Final = "unreachable"


class Outcome(StrEnum):
    MOVED = "moved"
    UNMOVED = "unmoved"  # it counts by the new calendar now, and no date of it changed
    CLOSED = "closed"  # nothing of it runs any more


@dataclass(frozen=True)
class Done:
    """``events``: all that the case answered with; ``moves``: numbers of those that moved a date."""

    case_no: str
    outcome: Outcome
    events: tuple[CaseEvent, ...] = ()
    moves: tuple[int, ...] = ()


@dataclass(frozen=True)
class Undone:
    """Not dated anew, to be asked again. ``problem``: the slug of a refusal, or :data:`UNREACHABLE`."""

    case_no: str
    problem: str
