"""The servers from the wheels, as the other tests use them."""

from __future__ import annotations

import asyncpg
import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client

from fixtures.postgres import PostgresServer
from lianban.contracts.search_attributes import REGISTERED


def dsn(url: str) -> str:
    return url.replace("+asyncpg", "")


async def test_a_role_owns_its_schema_and_sees_no_other(postgres_server: PostgresServer) -> None:
    database = postgres_server.fresh_database()
    intake = await asyncpg.connect(dsn(database.url("intake")))
    notify = await asyncpg.connect(dsn(database.url("notify")))
    try:
        await intake.execute("CREATE TABLE intake.cases (case_no text PRIMARY KEY)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await notify.execute("SELECT * FROM intake.cases")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await notify.execute("CREATE TABLE public.anything (id int)")
    finally:
        await intake.close()
        await notify.close()


async def test_a_wrong_password_is_refused(postgres_server: PostgresServer) -> None:
    url = postgres_server.fresh_database().url("intake")
    password = url.split(":")[2].split("@")[0]
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(dsn(url).replace(password, "guessed"))


async def test_migrations_run_once_in_a_database(postgres_server: PostgresServer) -> None:
    database = postgres_server.fresh_database()
    seen: list[str] = []
    assert database.url("adapters", seen.append) == database.url("adapters", seen.append)
    assert len(seen) == 1


async def test_search_attributes_are_registered(temporal_server: str) -> None:
    client = await Client.connect(temporal_server)
    listed = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
    assert set(REGISTERED) <= set(listed.custom_attributes)
