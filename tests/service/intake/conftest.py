"""Fixtures of the intake's service tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path

import pytest
from intake_world import NOBODY, World, prepare_folder, running
from sqlalchemy.ext.asyncio import create_async_engine

from lianban.platform.crypto import Keyring
from lianban.platform.migrations import upgrade

_thousands = count(1000, 1000)


def migrate(url: str) -> None:
    upgrade("lianban_intake", url)


@pytest.fixture(scope="module")
def intake_folder(tmp_path_factory: pytest.TempPathFactory, test_keyring: Keyring) -> Path:
    folder = tmp_path_factory.mktemp("intake")
    prepare_folder(folder, test_keyring)
    return folder


@pytest.fixture(scope="module")
async def intake_url(postgres_url: Callable[..., str]) -> str:
    """The module's own database. Case numbers go on where the module before left off, for all modules share one
    Temporal, and a case number is a workflow id once and for ever."""
    url = postgres_url("intake", migrate)
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(f"SELECT setval('intake.case_numbers', {next(_thousands)})")
    await engine.dispose()
    return url


@pytest.fixture(scope="module")
async def intake(intake_folder: Path, intake_url: str) -> AsyncIterator[World]:
    """The intake while Temporal is down: all but withdrawal works all the same. Nothing happens behind one's back."""
    async with running(intake_folder, intake_url, NOBODY, outbox_poll=3600) as world:
        yield world
