"""The province: a database and a role of its own on the session's real PostgreSQL."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from intake_world import World
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from fixtures.postgres import PostgresServer
from lianban_intake.exchange.feed import Feed
from lianban_intake.exchange.staging import ddl
from lianban_intake.exchange.wiring import open_feed

PASSWORD = "province-of-the-tests"


@dataclass
class StagingDatabase:
    """``url``: what the feed is given. ``admin``: the province's own administrators."""

    server: PostgresServer
    name: str
    url: str
    admin: AsyncEngine

    async def rows(self, table: str, case_no: str, columns: str = "*") -> list[dict[str, Any]]:
        query = text(f"SELECT {columns} FROM up_pro_{table} WHERE project_no = :n ORDER BY seq")
        async with self.admin.connect() as connection:
            return [dict(row) for row in (await connection.execute(query, {"n": case_no})).mappings()]

    async def run(self, statement: str, **parameters: Any) -> None:
        async with self.admin.begin() as connection:
            await connection.execute(text(statement), parameters)

    def closed(self, closed: bool) -> None:
        """Takes no connections and has none, or takes them again."""
        limit = 0 if closed else -1
        self.server.cluster.sql(f"ALTER ROLE {self.name} CONNECTION LIMIT {limit}")
        self.server.cluster.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{self.name}'")


async def make_province(server: PostgresServer, name: str) -> StagingDatabase:
    """With the tables of the script that is shipped."""
    server.cluster.sql(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}';")
    server.cluster.sql(f"CREATE DATABASE {name} OWNER {name};")
    url = server.cluster.url(name, PASSWORD, name)
    admin = create_async_engine(url.replace(f"//{name}:{PASSWORD}@", f"//postgres:{server.cluster.password}@"))
    async with admin.begin() as connection:
        await connection.exec_driver_sql(f"SET ROLE {name}")
        for statement in ddl("postgresql").split(";\n"):
            if statement:
                await connection.exec_driver_sql(statement)
    return StagingDatabase(server, name, url, admin)


def feed_of(intake: World, url: str, stack: AsyncExitStack, poll: float = 0.05) -> Feed:
    state = intake.state
    return open_feed(url, poll, state.direct, state.objects, state.keyring, stack)
