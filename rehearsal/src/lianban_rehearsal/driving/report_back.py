"""A rehearsed case that has ended, as the record of its run: in the years it was rehearsed for."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from lianban.contracts.status import Outcome, StepState
from lianban_rehearsal.course.eras import later, later_day
from lianban_rehearsal.driving.track import Track
from lianban_rehearsal.records import Limits, RunRecord, StepRecord, Wait

if TYPE_CHECKING:
    from lianban_rehearsal.driving.case import RehearsedCase


def recorded(case: RehearsedCase, outcome: Outcome, ended: datetime) -> RunRecord:
    """``ended``: when the last thing happened to it."""
    years = -case.scenario.years
    return RunRecord(
        run=case.run,
        outcome=outcome,
        received=case.scenario.stage.start,
        accepted=_earlier(case.accepted, years),
        ended=later(ended, years),
        limits=_limits(case.promised, case.legal, years),
        steps=tuple(_step(track, years) for track in case.tracks.values()),
        unwanted=dict(case.unwanted),
    )


def _step(track: Track, years: int) -> StepRecord:
    return StepRecord(
        code=track.code,
        state=track.state,
        began=_earlier(track.began, years),
        ended=_earlier(track.ended, years) if track.state is not StepState.WAITING else None,
        limits=_limits(track.promised, track.legal, years),
        waits=tuple(Wait(w.supplement, later(w.began, years), later(w.ended, years)) for w in track.waits),
        extended=track.extended,
    )


def _earlier(instant: datetime | None, years: int) -> datetime | None:
    return later(instant, years) if instant is not None else None


def _limits(promised: date | None, legal: date | None, years: int) -> Limits:
    return Limits(
        promised=later_day(promised, years) if promised else None, legal=later_day(legal, years) if legal else None
    )
