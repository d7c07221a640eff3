"""A department's own database with the staging tables, and the department at work in it."""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from adapters_world import World
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import lianban_adapters.channels.staging
from fixtures.mariadb import MariadbServer
from fixtures.postgres import PostgresServer
from lianban_stack import network

DDL = Path(lianban_adapters.channels.staging.__file__).parent / "ddl"
_UPDATED = "is_sync, sync_time, sync_status, sync_code, sync_desc"
_GRANTS = (
    "GRANT SELECT, INSERT ON {0}lb_task TO {1}",
    "GRANT SELECT, INSERT ON {0}lb_task_material TO {1}",
    f"GRANT SELECT, UPDATE ({_UPDATED}) ON {{0}}lb_act TO {{1}}",
    "GRANT SELECT ON {0}lb_act_result TO {1}",
)
_numbers = itertools.count(1)


def statements(script: str) -> list[str]:
    """Without comments, some of which hold what ends a statement."""
    return [part.strip() for part in re.sub(r"--.*", "", script).split(";") if part.strip()]


@dataclass
class DepartmentDatabase:
    """``url``: what the platform is given; it may do no more than the DDL says. ``engine``: the department's own."""

    url: str
    engine: AsyncEngine

    async def rows(self, table: str, **where: Any) -> list[dict[str, Any]]:
        condition = " AND ".join(f"{name} = :{name}" for name in where) or "1 = 1"
        async with self.engine.connect() as connection:
            found = await connection.execute(text(f"SELECT * FROM {table} WHERE {condition} ORDER BY id"), where)
            return [dict(row) for row in found.mappings()]

    async def write(self, *acts: dict[str, Any], results: list[dict[str, Any]] | None = None) -> None:
        """In one transaction. ``results`` belong to the first act."""
        async with self.engine.begin() as connection:
            for act in acts:
                await connection.execute(*_insert("lb_act", act))
            for result in results or []:
                await connection.execute(*_insert("lb_act_result", {"act_id": acts[0]["act_id"], **result}))

    async def change(self, statement: str, **values: Any) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(text(statement), values)


def beijing_now() -> datetime:
    return datetime.now(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None, microsecond=0)


def act_row(case_no: str, step: str, **changes: Any) -> dict[str, Any]:
    """An officer grants the step."""
    return {
        "act_id": f"act-{secrets.token_hex(8)}",
        "task_id": f"{case_no}:{step}",
        "event_name": "decide",
        "actor_type": "human",
        "handle_user_name": "HX-0007",
        "event_time": beijing_now(),
        "result_type": "granted",
        **changes,
    }


def _insert(table: str, row: dict[str, Any]) -> Any:
    names = ", ".join(row)
    return text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in row)})"), row


@asynccontextmanager
async def in_postgres(server: PostgresServer, encoding: str = "UTF8") -> AsyncIterator[DepartmentDatabase]:
    name, password = f"department_{next(_numbers)}", secrets.token_hex(12)
    sql = server.cluster.sql
    sql(f"CREATE ROLE {name}_own LOGIN PASSWORD '{password}'; CREATE ROLE {name}_lb LOGIN PASSWORD '{password}'")
    sql(
        f"CREATE DATABASE {name} OWNER {name}_own ENCODING '{encoding}' TEMPLATE template0"
        " LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'"
    )
    ddl = (DDL / "postgresql.sql").read_text(encoding="utf-8")
    grants = ";\n".join(grant.format("", f"{name}_lb") for grant in _GRANTS)
    sql(f"SET ROLE {name}_own;\n{ddl}\n{grants};", name)
    engine = create_async_engine(server.cluster.url(f"{name}_own", password, name))
    try:
        yield DepartmentDatabase(server.cluster.url(f"{name}_lb", password, name), engine)
    finally:
        await engine.dispose()


@asynccontextmanager
async def in_mariadb(server: MariadbServer) -> AsyncIterator[DepartmentDatabase]:
    name, password = f"department_{next(_numbers)}", secrets.token_hex(12)
    ddl = (DDL / "mysql.sql").read_text(encoding="utf-8")
    made = [f"CREATE DATABASE {name} CHARACTER SET utf8mb4", f"USE {name}", *statements(ddl)]
    made += [f"CREATE USER {name}_lb@'{network.HOST}' IDENTIFIED BY '{password}'"]
    made += [grant.format("", f"{name}_lb@'{network.HOST}'") for grant in _GRANTS]
    root = create_async_engine(server.url("root", "", "mysql"), isolation_level="AUTOCOMMIT")
    async with root.connect() as connection:
        for statement in made:
            await connection.exec_driver_sql(statement)
        await connection.exec_driver_sql("USE mysql")
    await root.dispose()
    engine = create_async_engine(server.url("root", "", f"{name}?charset=utf8mb4"))
    try:
        yield DepartmentDatabase(server.url(f"{name}_lb", password, name), engine)
    finally:
        await engine.dispose()


async def settled(database: DepartmentDatabase, world: World, act_id: str, seconds: float = 20) -> dict[str, Any]:
    """The act's row, once we have taken it or put it aside."""

    async def done() -> bool:
        return (await database.rows("lb_act", act_id=act_id))[0]["is_sync"] != 0

    await world.until(done, seconds)
    return (await database.rows("lb_act", act_id=act_id))[0]
