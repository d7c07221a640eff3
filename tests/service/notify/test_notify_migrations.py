"""The migrations make what the models say."""

from __future__ import annotations

from collections.abc import Callable

from lianban.platform.migrations import drift, upgrade, upgrade_async
from lianban_notify.migrate import PACKAGE
from lianban_notify.tables import Base


async def test_models_and_migrations_agree(postgres_url: Callable[..., str]) -> None:
    url = postgres_url("notify", lambda url: upgrade(PACKAGE, url))
    assert await drift(Base.metadata, url) == []


async def test_migrating_again_changes_nothing(postgres_url: Callable[..., str]) -> None:
    url = postgres_url("notify", lambda url: upgrade(PACKAGE, url))
    await upgrade_async(PACKAGE, url)
    assert await drift(Base.metadata, url) == []
