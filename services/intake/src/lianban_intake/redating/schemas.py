"""Runs as operators read them. Codes for programs, and beside each its Chinese for people."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import Field

from lianban_intake.cases.schemas import DueDates, Shown


class RunState(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"
    SUPERSEDED = "superseded"


RUN_STATE_ZH: Final = {
    RunState.RUNNING: "进行中",
    RunState.FINISHED: "已完成",
    RunState.SUPERSEDED: "已由新的日历取代",
}


class RunShown(Shown):
    """``since``: when the calendar came into force. ``edition``: number of the catalogue's edition it came with."""

    number: int
    version: str = Field(description="日历版本")
    edition: int
    since: datetime
    state: RunState
    state_zh: str
    started_at: datetime
    finished_at: datetime | None
    moved: int = Field(description="期限有变化的办件数")
    unmoved: int = Field(description="期限无变化的办件数")
    closed: int = Field(description="已经结束、无需重算的办件数")
    left: int = Field(description="尚未重算的办件数")


class RunList(Shown):
    """Newest first."""

    runs: tuple[RunShown, ...]


class MoveShown(Shown):
    """One date that moved: of a step, or of the case where ``step`` is absent. No ``due``: the clock is stopped, and
    has a date again when it goes on."""

    step: str | None
    step_name: str | None
    was: DueDates | None
    due: DueDates | None


class MovedCase(Shown):
    case_no: str
    at: datetime
    moves: tuple[MoveShown, ...]


class TroubleShown(Shown):
    """A case not dated anew yet although it has been asked."""

    case_no: str
    attempts: int
    problem: str
    problem_zh: str
    next_attempt_at: datetime


class RunReport(RunShown):
    """``cases``: those whose dates moved, in order of their numbers; ``next``: what ``after`` takes to read on, absent
    at the end. ``troubles``: the first of those left over."""

    cases: tuple[MovedCase, ...]
    next: str | None
    troubles: tuple[TroubleShown, ...]
