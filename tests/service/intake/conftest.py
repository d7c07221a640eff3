"""Fixtures of the intake's service tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from intake_world import NOBODY, World, prepare_folder, running
from prefill_outside import Outside, outside, prefilling

from lianban.platform.crypto import Keyring
from lianban.platform.migrations import upgrade


def migrate(url: str) -> None:
    upgrade("lianban_intake", url)


@pytest.fixture(scope="module")
def intake_folder(tmp_path_factory: pytest.TempPathFactory, test_keyring: Keyring) -> Path:
    folder = tmp_path_factory.mktemp("intake")
    prepare_folder(folder, test_keyring)
    return folder


@pytest.fixture(scope="module")
def intake_url(postgres_url: Callable[..., str]) -> str:
    """The module's own database."""
    return postgres_url("intake", migrate)


@pytest.fixture(scope="module")
async def intake(intake_folder: Path, intake_url: str) -> AsyncIterator[World]:
    """The intake while Temporal is down: all but withdrawal works all the same. Nothing happens behind one's back."""
    async with running(intake_folder, intake_url, NOBODY, outbox_poll=3600) as world:
        yield world


@pytest.fixture
async def around(tmp_path: Path) -> AsyncIterator[Outside]:
    """Registries and the licence library."""
    async with outside(tmp_path) as made:
        yield made


@pytest.fixture
async def prefill(intake_folder: Path, intake_url: str, around: Outside) -> AsyncIterator[World]:
    """With a memory of its own of who is down."""
    async with prefilling(intake_folder, intake_url, around) as made:
        yield made
