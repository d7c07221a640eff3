"""Engine and transactions against a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from lianban.platform.database import create_engine, session_factory, transaction


@pytest.fixture
async def engine(postgres_url: Callable[..., str]) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(postgres_url("notify"), pool_size=3)
    yield engine
    await engine.dispose()


async def test_connections_the_server_has_closed_are_replaced_unnoticed(engine: AsyncEngine) -> None:
    async with engine.connect() as first, engine.connect() as second:
        backends = [(await one.execute(text("SELECT pg_backend_pid()"))).scalar_one() for one in (first, second)]
    async with engine.connect() as killer:
        own = (await killer.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        for backend in set(backends) - {own}:
            await killer.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})
        async with engine.connect() as another:
            fresh = (await another.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    assert fresh not in backends


async def test_errors_hide_what_was_typed_in(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError) as caught:
            await connection.execute(text("SELECT 1 / :number, :name"), {"number": 0, "name": "王大明"})
    assert "王大明" not in str(caught.value)


async def test_a_transaction_is_whole_or_nothing(engine: AsyncEngine) -> None:
    factory = session_factory(engine)
    async with transaction(factory) as session:
        await session.execute(text("CREATE TABLE notify.things (id int)"))
        await session.execute(text("INSERT INTO notify.things VALUES (1)"))

    async def fail() -> None:
        async with transaction(factory) as session:
            await session.execute(text("INSERT INTO notify.things VALUES (2)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with factory() as session:
        assert (await session.execute(text("SELECT id FROM notify.things"))).scalars().all() == [1]
