"""Days in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby

from lianban.clock.calendar import WEEKDAYS


def named(day: date) -> str:
    return f"{day}（{WEEKDAYS[day.weekday()]}）"


def spans(days: Iterable[tuple[date, str]]) -> list[str]:
    """One line for each run of days of the same name."""
    lines = []
    # Days that follow each other share the difference to their position in the list.
    runs = groupby(enumerate(sorted(days)), lambda item: (item[1][0] - timedelta(item[0]), item[1][1]))
    for (_, name), run in runs:
        span = [day for _, (day, _) in run]
        until = f" 至 {named(span[-1])}" if len(span) > 1 else ""
        lines.append(f"{name}  {named(span[0])}{until}" if name else f"{named(span[0])}{until}")
    return lines
