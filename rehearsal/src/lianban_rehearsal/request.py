"""What a rehearsal is asked for: read, checked, and every fault told at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from lianban.catalog.loader import load_catalog
from lianban.catalog.models import Catalog
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.files import load_calendar
from lianban.commands.situation import NoSituation, Situation, situation
from lianban_rehearsal.course.eras import LAST, years_ahead
from lianban_rehearsal.course.office import opening
from lianban_rehearsal.delays.files import read_delays
from lianban_rehearsal.delays.models import DelayFile
from lianban_rehearsal.delays.past import Past, PastUnreadable, fetch_past, read_past
from lianban_rehearsal.delays.profiles import profiles_of
from lianban_rehearsal.driving.case import Scenario
from lianban_rehearsal.records import Stage

MOST_RUNS: Final = 10_000
_YEARS: Final = 3
"""Of the calendar a case is given: that of its receipt and those after it."""


class InvalidRequest(ValueError):
    """Carries every fault, in Chinese."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Request:
    theme: str
    answers: dict[str, str]
    division: str | None
    start: date
    runs: int
    seed: int
    delays: Path | None
    measured: str | None
    picture: Path
    folder: Path


@dataclass(frozen=True)
class Prepared:
    """``taken``: what was decided for whoever asked, as lines to show."""

    scenario: Scenario
    situation: Situation
    taken: list[str]


def prepare(request: Request, now: datetime) -> Prepared:
    """Raises InvalidRequest; CatalogError and CalendarFileError when there is nothing to rehearse by."""
    catalog, calendar = load_catalog(request.folder), load_calendar(request.folder / "calendars")
    faults: list[str] = []
    found = _situation(request, catalog, faults)
    if not 1 <= request.runs <= MOST_RUNS:
        faults.append(f"--runs: 次数须在 1 至 {MOST_RUNS} 之间")
    if not calendar.first_year <= request.start.year <= calendar.last_year:
        faults.append(f"--start: 须在工作日历的 {calendar.first_year} 年至 {calendar.last_year} 年之间")
    elif request.start.year + years_ahead(opening(request.start), now) + _YEARS > LAST:
        faults.append(f"--start: {request.start} 距今太远，无法演练")
    if found is not None and not request.picture.absolute().parent.is_dir():
        faults.append(f"--svg: 没有文件夹 {request.picture.parent}")
    delays = _delays(request, catalog, faults)
    past = _past(request, calendar, faults)
    if faults or found is None:
        raise InvalidRequest(faults)
    plan, start = found.compilation.plan, opening(request.start)
    days = {matter: tuple(values) for matter, values in past.days.items()}
    scenario = Scenario(
        stage=Stage(plan, calendar.window(start.year, start.year + _YEARS), start),
        profiles=profiles_of(plan, delays, days),
        seed=request.seed,
        years=years_ahead(start, now),
    )
    taken = list(found.taken)
    if request.measured is not None:
        known = {step.matter for step in plan.steps}
        used = sum(len(values) for matter, values in days.items() if matter in known)
        left_out = f"，未办结的 {past.open} 行不计" if past.open else ""
        taken.append(f"以往办件 {past.rows} 行，其中本主题的 {used} 行{left_out}")
    return Prepared(scenario, found, taken)


def _situation(request: Request, catalog: Catalog, faults: list[str]) -> Situation | None:
    try:
        return situation(catalog, request.theme, request.answers, request.division)
    except NoSituation as error:
        faults += error.faults
        return None


def _delays(request: Request, catalog: Catalog, faults: list[str]) -> DelayFile:
    if request.delays is None:
        return DelayFile()
    try:
        found, wrong = read_delays(request.delays, catalog)
    except OSError:
        faults.append(f"{request.delays}: 无法读取")
        return DelayFile()
    faults += [str(fault) for fault in wrong]
    return found or DelayFile()


def _past(request: Request, calendar: CalendarSnapshot, faults: list[str]) -> Past:
    if request.measured is None:
        return Past()
    try:
        past = read_past(request.measured, fetch_past(request.measured), calendar)
    except PastUnreadable as error:
        faults.append(str(error))
        return Past()
    except OSError:
        faults.append(f"{request.measured}: 无法读取")
        return Past()
    faults += past.faults
    if hidden := past.fault_count - len(past.faults):
        faults.append(f"{request.measured}: 另有 {hidden} 处没有列出，改正以上各处后会列出")
    return past
