"""When a department's system takes tasks. Pure."""

from __future__ import annotations

from datetime import datetime, time

from lianban.clock.calendar import ONE_DAY, CalendarSnapshot
from lianban.clock.deadlines import SHANGHAI
from lianban.platform.directory import OpeningHours


class Schedule:
    """Of one department. ``calendar`` tells working days, where the hours ask for them; a newer one may replace it."""

    def __init__(self, hours: OpeningHours, calendar: CalendarSnapshot | None) -> None:
        if hours.working_days_only and calendar is None:
            raise ValueError("opening hours on working days need a calendar")
        self._opens = time.fromisoformat(hours.opens)
        self._closes = time.fromisoformat(hours.closes)
        self.calendar = calendar if hours.working_days_only else None

    def opens_at(self, now: datetime) -> datetime | None:
        """The next opening; none while it is open."""
        local = now.astimezone(SHANGHAI)
        day, at = local.date(), local.time()
        works = self.calendar is None or self.calendar.is_working_day(day)
        if works and self._opens <= at < self._closes:
            return None
        if not works or at >= self._closes:
            day += ONE_DAY
            if self.calendar is not None:
                day = self.calendar.working_day_from(day)
        return datetime.combine(day, self._opens, SHANGHAI)
