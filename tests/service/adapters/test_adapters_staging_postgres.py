"""What a department's PostgreSQL may be like that its MariaDB cannot: of no encoding, and with tables in a schema."""

from __future__ import annotations

import pytest
from adapters_staging import act_row, in_postgres
from sqlalchemy import make_url

from fixtures.postgres import PostgresServer
from lianban.platform.directory import StagingSettings
from lianban_adapters.channels.incoming.port import Receipt, Status, Unusable
from lianban_adapters.channels.staging.database import StagingDatabase
from lianban_adapters.channels.staging.source import StagingSource
from lianban_adapters.channels.staging.tables import METADATA


async def test_a_database_that_checks_no_encoding(postgres_server: PostgresServer) -> None:
    """GBK where UTF-8 is due: the columns are named, and the rows beside it are read."""
    async with in_postgres(postgres_server, "SQL_ASCII") as database:
        bad, good = act_row("c", "review", result_num=1), act_row("c", "other")
        result = {"result_code": "licence", "result_cetr_name": "许可证"}
        await database.write(bad, good, results=[result])
        gbk = "convert_from(decode(:gbk, 'hex'), 'SQL_ASCII')"
        await database.change(
            f"UPDATE lb_act SET handle_explain = {gbk} WHERE act_id = :act",
            gbk="符合条件".encode("gbk").hex(),
            act=bad["act_id"],
        )
        await database.change(f"UPDATE lb_act_result SET result_cetr_name = {gbk}", gbk="许可证".encode("gbk").hex())
        own = StagingDatabase(StagingSettings(database_url=database.url), 1, 10)
        source = StagingSource(own, 10)
        try:
            keys = (await source.fetch(None)).keys
            with pytest.raises(Unusable) as caught:
                await source.read(keys[0])
            assert [(fault.pointer, fault.message) for fault in caught.value.faults] == [
                ("/reason", "应为 UTF-8 编码，收到的像是 GBK"),
                ("/results/0/name", "应为 UTF-8 编码，收到的像是 GBK"),
            ]
            await source.quarantine(keys[0], caught.value.faults)
            assert (await source.read(keys[1])).act["act_id"] == good["act_id"]
            told = "handle_explain：应为 UTF-8 编码，收到的像是 GBK；lb_act_result 第 1 行 result_cetr_name："
            [description] = [
                row["sync_desc"]
                for row in await database.rows("(SELECT id, act_id, sync_desc FROM lb_act) a")
                if row["act_id"] == bad["act_id"]
            ]
            assert description.startswith(told)
        finally:
            await own.close()


async def test_tables_may_stand_in_a_schema(postgres_server: PostgresServer) -> None:
    async with in_postgres(postgres_server) as database:
        act = act_row("c", "review")
        await database.write(act)
        user = make_url(database.url).username
        for statement in (
            "CREATE SCHEMA exchange",
            f"GRANT USAGE ON SCHEMA exchange TO {user}",
            *(f"ALTER TABLE {table.name} SET SCHEMA exchange" for table in METADATA.sorted_tables),
        ):
            await database.change(statement)
        own = StagingDatabase(StagingSettings(database_url=database.url, db_schema="exchange"), 1, 10)
        try:
            source = StagingSource(own, 10)
            [key] = (await source.fetch(None)).keys
            assert (await source.read(key)).act["act_id"] == act["act_id"]
            await source.acknowledge(key, Receipt(Status.APPLIED))
            assert (await source.fetch(None)).keys == []
        finally:
            await own.close()
