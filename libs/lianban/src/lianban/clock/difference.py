"""What differs between two calendars, year by year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lianban.clock.years import CalendarYear, YearStatus


@dataclass(frozen=True)
class YearChange:
    """``before`` and ``after``: status, None where the year was not or is no longer there. ``off`` and ``worked``:
    days that have become days off, and working days; of a year that is not on both sides, against plain weeks."""

    year: int
    before: YearStatus | None
    after: YearStatus | None
    off: tuple[date, ...]
    worked: tuple[date, ...]


def compare(before: Sequence[CalendarYear], after: Sequence[CalendarYear]) -> list[YearChange]:
    """The years that decide deadlines otherwise, in order. Names, sources and notices decide none."""
    old, new = ({year.year: year for year in years} for years in (before, after))
    changes = (_change(year, old.get(year), new.get(year)) for year in sorted(old.keys() | new.keys()))
    return [change for change in changes if change.before != change.after or change.off or change.worked]


def _change(year: int, before: CalendarYear | None, after: CalendarYear | None) -> YearChange:
    off_before, worked_before = _days(before)
    off_after, worked_after = _days(after)
    return YearChange(
        year=year,
        before=before.status if before else None,
        after=after.status if after else None,
        off=tuple(sorted((off_after - off_before) | (worked_before - worked_after))),
        worked=tuple(sorted((worked_after - worked_before) | (off_before - off_after))),
    )


def _days(year: CalendarYear | None) -> tuple[set[date], set[date]]:
    return (set(year.holidays), set(year.workdays)) if year else (set(), set())
