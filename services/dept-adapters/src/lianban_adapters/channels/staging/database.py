"""A department's database: PostgreSQL, or MySQL or MariaDB. It is theirs: few connections, short transactions, and
whatever goes wrong there means "not now"."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from lianban.platform.directory import StagingSettings
from lianban_adapters.channels.port import Unavailable

BEIJING: Final = ZoneInfo("Asia/Shanghai")

_MOST_CONNECTIONS: Final = 5
_CONNECT: Final = 10  # seconds
_RECYCLE: Final = 1800  # seconds: firewalls forget idle connections
_SQL_MODE: Final = "SET SESSION sql_mode = 'TRADITIONAL'"
"""Too long is an error, not cut off; and a backslash escapes, as the driver takes for granted."""
_FAILURES: Final = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class StagingDatabase:
    """``timeout``: seconds for whatever is done in one go."""

    def __init__(self, settings: StagingSettings, concurrency: int, timeout: float) -> None:
        self._timeout = timeout
        self._engine = _engine(settings, min(concurrency, _MOST_CONNECTIONS) + 1)  # one is left for fetching
        self._committing = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    async def close(self) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Raises :class:`Unavailable`."""
        with _reaching():
            async with asyncio.timeout(self._timeout), self._engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def statements(self) -> AsyncIterator[AsyncConnection]:
        """Each statement commits itself. Raises :class:`Unavailable`."""
        with _reaching():
            async with asyncio.timeout(self._timeout), self._committing.connect() as connection:
                yield connection


class DoesNotFit(Exception):
    """The database cannot hold a value: too long for its column, or not in its character set."""


def now() -> datetime:
    """As departments' databases keep times."""
    return datetime.now(BEIJING).replace(tzinfo=None, microsecond=0)


@contextmanager
def _reaching() -> Iterator[None]:
    """Names the error, never quotes it: it may repeat what stands in a row."""
    try:
        yield
    except _FAILURES as error:
        if does_not_fit(error):
            raise DoesNotFit from None
        kind = type(error.orig).__name__ if isinstance(error, DBAPIError) else type(error).__name__
        busy = isinstance(error, PoolTimeout)
        raise Unavailable("前置库连接均在使用" if busy else f"前置库无法使用（{kind}）") from None


def does_not_fit(error: BaseException) -> bool:
    """Whether a value is too long or not in a character set: SQLSTATE class 22, and what MySQL calls so."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return type(error.orig).__name__ == "DataError" or (isinstance(state, str) and state.startswith("22"))


def _engine(settings: StagingSettings, connections: int) -> AsyncEngine:
    url = make_url(settings.database_url)
    engine = create_async_engine(
        _with_charset(url),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_CONNECT,
        pool_recycle=_RECYCLE,
        hide_parameters=True,
        connect_args=_connect_args(url, settings.tls),
    )
    if settings.db_schema is not None:
        engine = engine.execution_options(schema_translate_map={None: settings.db_schema})
    return engine


def _with_charset(url: URL) -> URL:
    return url.update_query_dict({"charset": "utf8mb4"}) if url.get_backend_name() == "mysql" else url


def _connect_args(url: URL, tls: bool) -> dict[str, Any]:
    arguments: dict[str, Any] = {"ssl": ssl.create_default_context()} if tls else {}
    if url.get_backend_name() == "mysql":
        return {**arguments, "connect_timeout": _CONNECT, "init_command": _SQL_MODE}
    return {**arguments, "timeout": _CONNECT, "server_settings": {"timezone": "Asia/Shanghai"}}
