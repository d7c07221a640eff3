"""Fixtures of the upward feed's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import count

import pytest
from exchange_province import StagingDatabase, feed_of, make_province
from intake_world import World

from fixtures.postgres import PostgresServer
from lianban_intake.exchange.feed import Feed

_numbers = count(1)


@pytest.fixture(scope="module")
async def province(postgres_server: PostgresServer) -> AsyncIterator[StagingDatabase]:
    made = await make_province(postgres_server, f"province_{next(_numbers)}")
    yield made
    await made.admin.dispose()


@pytest.fixture
async def feed(intake: World, province: StagingDatabase) -> AsyncIterator[Feed]:
    async with AsyncExitStack() as stack:
        yield feed_of(intake, province.url, stack)
