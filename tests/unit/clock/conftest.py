from __future__ import annotations

from pathlib import Path

import pytest

from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.files import load_calendar


@pytest.fixture(scope="session")
def calendars() -> Path:
    """The city's own year files."""
    return Path(__file__).parents[3] / "catalog" / "calendars"


@pytest.fixture(scope="session")
def calendar(calendars: Path) -> CalendarSnapshot:
    return load_calendar(calendars)
