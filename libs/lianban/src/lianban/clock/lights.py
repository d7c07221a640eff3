"""亮灯: green, yellow when little of the promise is left, red when it is exceeded (clocks.md, Lights).

"20 % left", exactly: let T be the working days of the promise and k = max(1, ⌊T / 5⌋). The light is yellow from
00:00 of the k-th last working day of the promise (that day and the last one counted), that is, from the beginning of
the first working day on which no more than 20 % of T, or only the last one, is left. So it turns yellow on a working
day, when somebody is there to see it, never on the Saturday before. It is red from 24:00 of the promised day on.

* T is the promised number for working days, so that a stop inside the period does not enlarge it; for natural days
  the working days d with started < d <= promised day; 1 for INSTANT.
* 20 working days: green through day 16, yellow on days 17 to 20. Up to 9: yellow on the last day. 1: green on the day
  it starts, yellow on the next working day.
* INSTANT: its one day is its last one, so it is yellow from the beginning (on a day off: from its working day on).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from pydantic import BaseModel, ConfigDict

from lianban.clock.calendar import ONE_DAY, CalendarSnapshot
from lianban.clock.deadlines import Deadline, TakenOut, start_of_day, working_days_but
from lianban.clock.limits import Light, TimeLimit, Unit

_SHARE: Final = 5
"""Yellow when one part in five is left."""


class Lights(BaseModel):
    """When the light of one running clock changes: 00:00 Asia/Shanghai of either date. yellow_from < red_from."""

    model_config = ConfigDict(frozen=True)

    yellow_from: date
    red_from: date

    def at(self, now: datetime) -> Light:
        if now >= start_of_day(self.red_from):
            return Light.RED
        return Light.YELLOW if now >= start_of_day(self.yellow_from) else Light.GREEN

    def next_change(self, now: datetime) -> datetime | None:
        """The instant after ``now`` at which the light changes next; None once it is red."""
        changes = (start_of_day(self.yellow_from), start_of_day(self.red_from))
        return next((change for change in changes if change > now), None)


def lights(
    calendar: CalendarSnapshot,
    started: date,
    promised: Deadline,
    limit: TimeLimit,
    taken_out: Sequence[TakenOut] = (),
) -> Lights:
    """The lights of a clock that ran from ``started`` on and promises to end by ``promised``. Days a stop has taken out
    (``taken_out``) are none of the promise's own: they make a light neither earlier nor later."""
    if limit.unit is Unit.WORKING_DAYS:
        total = limit.promised
    elif limit.unit is Unit.NATURAL_DAYS:
        total = working_days_but(calendar, started, promised.day, taken_out)
    else:
        total = 1
    left = max(1, total // _SHARE)
    yellow_from = _last_but(calendar, started, promised.day, left, taken_out)
    return Lights(yellow_from=yellow_from, red_from=promised.day + ONE_DAY)


def light_at(calendar: CalendarSnapshot, started: date, promised: Deadline, limit: TimeLimit, now: datetime) -> Light:
    return lights(calendar, started, promised, limit).at(now)


def next_change(
    calendar: CalendarSnapshot, started: date, promised: Deadline, limit: TimeLimit, now: datetime
) -> datetime | None:
    """The instant of the next change of light after ``now``; None once it is red."""
    return lights(calendar, started, promised, limit).next_change(now)


def _last_but(calendar: CalendarSnapshot, started: date, last: date, left: int, taken_out: Sequence[TakenOut]) -> date:
    """The ``left``-th last working day up to ``last``, that one counted.

    Never looked for before ``started``: a clock re-dated to less than its promise is yellow from its start.
    """
    day = last
    while day > started:
        if calendar.is_working_day(day) and not any(span.first <= day <= span.last for span in taken_out):
            left -= 1
            if left == 0:
                break
        day -= ONE_DAY
    return day
