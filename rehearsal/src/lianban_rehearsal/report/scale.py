"""From instants to places on a picture: each day as wide as any other, its office hours filling it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lianban.clock.deadlines import SHANGHAI
from lianban_rehearsal.course.office import part_of_day


@dataclass(frozen=True, slots=True)
class Scale:
    """``left`` is 00:00 of ``first``; ``day`` the width of one day; ``last`` the last day shown."""

    first: date
    last: date
    left: float
    day: float

    @property
    def right(self) -> float:
        return self.end_of(self.last)

    def days(self) -> Iterator[date]:
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)

    def at(self, instant: datetime) -> float:
        return self.start_of(instant.astimezone(SHANGHAI).date()) + self.day * part_of_day(instant)

    def start_of(self, day: date) -> float:
        return self.left + self.day * (day - self.first).days

    def end_of(self, day: date) -> float:
        return self.start_of(day) + self.day
