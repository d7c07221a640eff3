"""`.venv/bin/python bench/clock.py`: what counting a deadline costs, in microseconds."""

from __future__ import annotations

import timeit
from datetime import date, timedelta
from pathlib import Path

from lianban.clock.deadlines import deadline
from lianban.clock.facts import ClockFacts, Stop, dates
from lianban.clock.files import load_calendar
from lianban.clock.limits import TimeLimit, Unit

TIMES = 5000
START = date(2026, 2, 12)  # before the Spring Festival


def main() -> None:
    calendar = load_calendar(Path(__file__).resolve().parents[1] / "catalog" / "calendars").window(2026, 2028)
    for days in (5, 20, 45):
        spent = timeit.timeit(lambda days=days: deadline(calendar, START, days, Unit.WORKING_DAYS), number=TIMES)
        print(f"{days:3} working days            {spent / TIMES * 1e6:6.1f} µs")
    stops = tuple(Stop(began=START + timedelta(n), ended=START + timedelta(n + 5), reason="检测") for n in (4, 20))
    facts = ClockFacts(started=START, stops=stops, extension=10)
    limit = TimeLimit(unit=Unit.WORKING_DAYS, promised=10, legal=20)
    spent = timeit.timeit(lambda: dates(calendar, limit, facts), number=TIMES)
    print(f"promise and law, two stops, extended {spent / TIMES * 1e6:6.1f} µs")


if __name__ == "__main__":
    main()
