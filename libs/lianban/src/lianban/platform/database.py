"""PostgreSQL: engine, sessions, transactions, and the metadata each service hangs its tables on.

A service declares its own base, so that no table is shared::

    class Base(DeclarativeBase):
        metadata = metadata_for("notify")
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

from pydantic_core import from_json, to_json
from sqlalchemy import MetaData, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

SessionFactory = async_sessionmaker[AsyncSession]
Executor = AsyncConnection | AsyncSession
"""What runs a statement that maps nothing."""


def metadata_for(schema: str) -> MetaData:
    """Metadata of one service: its own schema, constraint names that migrations can rely on."""
    return MetaData(schema=schema, naming_convention=NAMING)


def create_engine(url: str, *, pool_size: int = 20) -> AsyncEngine:
    """Parameters are hidden in errors and logs: they are what citizens typed in.

    All connections of the pool are kept: one opened for a rush and closed after it would cost a login, and every
    statement prepared anew, more than what it is used for.
    """
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,
        skip_autocommit_rollback=True,
        json_serializer=lambda value: to_json(value).decode(),
        json_deserializer=from_json,
        connect_args={"timeout": 10, "command_timeout": 60, "server_settings": {"timezone": "UTC"}},
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def session_factory(engine: AsyncEngine) -> SessionFactory:
    return async_sessionmaker(engine, expire_on_commit=False)


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """A server that restarts closes its connections, and the driver has noticed: the pool opens another one. Unlike
    a ping this asks nobody, and so costs no round trip."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


@asynccontextmanager
async def transaction(factory: SessionFactory) -> AsyncIterator[AsyncSession]:
    """One session, one transaction: committed at the end, rolled back on any exception."""
    async with factory() as session, session.begin():
        yield session


class Database:
    """One engine, three ways: ``transactions`` for what must happen together; ``statements`` for single statements,
    which commit themselves, two round trips fewer each; ``connection`` for the same without a session, where nothing
    is mapped, at half the processor time of a small statement."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._committing = engine.execution_options(isolation_level="AUTOCOMMIT")
        self.transactions: SessionFactory = session_factory(engine)
        self.statements: SessionFactory = session_factory(self._committing)

    def connection(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._committing.connect()
