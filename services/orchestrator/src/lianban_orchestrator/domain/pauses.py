"""When the case's own clock stands still: the time during which every open step waits (clocks.md, Case clock)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from lianban.clock.deadlines import local_date
from lianban.clock.facts import Stop
from lianban_orchestrator.domain.steps import Pause, Step

ALL_STOPPED: Final = "全部在办环节停止计时"


class Opened(NamedTuple):
    """From when to when a step was open, and while it was, when it waited."""

    began: datetime
    ended: datetime | None
    pauses: Sequence[Pause] = ()


def opened(steps: Iterable[Step]) -> list[Opened]:
    return [Opened(step.open_from, step.ended_at, step.pauses) for step in steps if step.open_from is not None]


def all_paused(open_from: Sequence[Opened]) -> tuple[Stop, ...]:
    """The stops of the case's clock, from what its steps went through: no matter in which order it became known."""
    if not any(pauses for _, _, pauses in open_from):
        return ()
    instants = sorted(
        {instant for began, ended, _ in open_from for instant in (began, ended) if instant is not None}
        | {i for _, _, pauses in open_from for pause in pauses for i in (pause.began, pause.ended) if i is not None}
    )
    stops: list[Stop] = []
    for begin, end in zip(instants, [*instants[1:], None], strict=True):
        open_then = [pauses for began, ended, pauses in open_from if began <= begin and _after(ended, begin)]
        if not open_then or not all(_paused(pauses, begin) for pauses in open_then):
            continue
        ended = local_date(end) if end is not None else None
        if stops and stops[-1].ended == local_date(begin):
            stops[-1] = stops[-1].model_copy(update={"ended": ended})
        else:
            stops.append(Stop(began=local_date(begin), ended=ended, reason=ALL_STOPPED))
    return tuple(stops)


def _after(ended: datetime | None, instant: datetime) -> bool:
    return ended is None or ended > instant


def _paused(pauses: Iterable[Pause], instant: datetime) -> bool:
    return any(pause.began <= instant and _after(pause.ended, instant) for pause in pauses)
