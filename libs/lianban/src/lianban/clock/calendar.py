"""The calendar a case decides by."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict


class CalendarSnapshot(BaseModel):
    """Exceptions to "Monday to Friday are worked", for the years it covers. Small enough to travel with a case.

    ``holidays``: weekdays that are off; ``workdays``: weekend days that are worked (调休).
    """

    model_config = ConfigDict(frozen=True)

    version: str
    first_year: int
    last_year: int
    holidays: dict[date, str]
    workdays: dict[date, str]
    provisional_years: tuple[int, ...] = ()
