"""The feed and the reconciliation, put together from what settings name."""

from __future__ import annotations

from contextlib import AsyncExitStack

from sqlalchemy.ext.asyncio import AsyncEngine

from lianban.platform.crypto import Keyring
from lianban.platform.objects import ObjectStore
from lianban_intake.exchange.feed import Feed
from lianban_intake.exchange.province import Province, open_engine
from lianban_intake.exchange.reading import CaseReader


def open_province(url: str, stack: AsyncExitStack) -> Province:
    """``stack`` closes its connections. It may be away: nothing is asked of it here."""
    engine = open_engine(url)
    stack.push_async_callback(engine.dispose)
    return Province(engine)


def open_feed(
    url: str, poll: float, direct: AsyncEngine, objects: ObjectStore, keyring: Keyring, stack: AsyncExitStack
) -> Feed:
    return Feed(direct, CaseReader(direct, objects, keyring), open_province(url, stack), poll)
