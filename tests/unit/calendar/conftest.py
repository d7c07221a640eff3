from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fixtures.catalogues import CITY, small
from lianban.cli import main
from lianban.publishing.publisher import publish
from lianban.publishing.store import PublishedStore

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The city's year files, one's own to change."""
    return Path(shutil.copytree(CITY / "calendars", tmp_path / "calendars"))


@pytest.fixture
def store(tmp_path: Path) -> PublishedStore:
    """With one edition: themes, and the city's calendar."""
    store = PublishedStore(tmp_path / "store")
    publish(small(tmp_path / "catalog"), store, "首版")
    return store


@pytest.fixture
def run(folder: Path) -> Run:
    def run(*arguments: object) -> Result:
        return CliRunner().invoke(main, ["calendar", "--folder", str(folder), *map(str, arguments)])

    return run
