"""Migrations of one service, by Alembic, with the version table inside the service's own schema.

A service keeps ``<package>/migrations/env.py`` with two lines (``run(Base.metadata)``), ``script.py.mako`` is not
needed to run them, and its revisions under ``<package>/migrations/versions``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

_VERSION_TABLE = "alembic_version"


def upgrade(package: str, url: str) -> None:
    """Brings the schema of ``package`` to its newest revision. Blocks; use :func:`upgrade_async` inside a loop."""
    asyncio.run(upgrade_async(package, url))


async def upgrade_async(package: str, url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_folder(package)).replace("%", "%%"))
    config.set_main_option("path_separator", "os")

    def apply(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    await _with_connection(url, apply)


async def drift(metadata: MetaData, url: str) -> list[Any]:
    """What the models say and the migrated schema does not, or the other way round; empty when they agree."""
    found: list[Any] = []

    def compare(connection: Connection) -> None:
        migration = MigrationContext.configure(connection, opts=_options(metadata))
        found.extend(compare_metadata(migration, metadata))

    # A role named as its schema would have it as default schema, whose tables are then reflected without its name.
    await _with_connection(url, compare, {"search_path": "public"})
    return found


def run(metadata: MetaData) -> None:
    """Called by a service's ``env.py``."""
    connection: Connection = context.config.attributes["connection"]
    # Two replicas that start together take turns; the lock goes with the transaction.
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"migrate:{metadata.schema}"})
    _ensure_schema(connection, metadata)
    context.configure(connection=connection, **_options(metadata))
    with context.begin_transaction():
        context.run_migrations()


def _options(metadata: MetaData) -> dict[str, Any]:
    schema = metadata.schema

    def own(name: str | None, kind: str, _parents: Any) -> bool:
        return kind != "schema" or name == schema

    return {
        "target_metadata": metadata,
        "version_table": _VERSION_TABLE,
        "version_table_schema": schema,
        "include_schemas": True,
        "include_name": own,
        "transactional_ddl": True,
    }


def _ensure_schema(connection: Connection, metadata: MetaData) -> None:
    """Asked first, because ``CREATE SCHEMA IF NOT EXISTS`` wants the right to create even when it has nothing to do."""
    query = text("SELECT 1 FROM pg_namespace WHERE nspname = :name")
    if connection.execute(query, {"name": metadata.schema}).first() is None:
        quoted = connection.dialect.identifier_preparer.quote(str(metadata.schema))
        connection.execute(text(f"CREATE SCHEMA {quoted}"))


async def _with_connection(
    url: str, work: Callable[[Connection], None], settings: dict[str, str] | None = None
) -> None:
    engine = create_async_engine(
        url, poolclass=NullPool, hide_parameters=True, connect_args={"server_settings": settings or {}}
    )
    try:
        async with engine.begin() as connection:
            await connection.run_sync(work)
    finally:
        await engine.dispose()


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return Path(spec.origin).parent / "migrations"
