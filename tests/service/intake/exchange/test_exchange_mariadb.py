"""The same feed into a province's MariaDB, where the machine has one."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from importlib.resources import files

from exchange_province import feed_of
from intake_events import accepted, granted, licence, record, started
from intake_world import World
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from fixtures.mariadb import MariadbServer
from lianban_intake.exchange.province import Province
from lianban_intake.exchange.reading import CaseReader
from lianban_intake.exchange.reconcile import Kind, Reconciler


async def test_told_and_reconciled_in_mariadb(intake: World, mariadb_server: MariadbServer) -> None:
    script = (files("lianban_intake.exchange") / "ddl" / "mysql.sql").read_text(encoding="utf-8")
    root = create_async_engine(mariadb_server.url("root", "", "mysql"), isolation_level="AUTOCOMMIT")
    async with root.connect() as connection:
        await connection.exec_driver_sql("CREATE DATABASE province CHARACTER SET utf8mb4")
        await connection.exec_driver_sql("USE province")
        for statement in filter(None, script.split(";\n")):
            await connection.exec_driver_sql(statement)
        await connection.exec_driver_sql("USE mysql")
    await root.dispose()
    url = mariadb_server.url("root", "", "province")
    case_no = await intake.filed()
    document = await licence(intake)
    await record(intake, case_no, accepted(1), started(2, "hygiene"), granted(3, "hygiene", document))
    engine = create_async_engine(url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        await feed_of(intake, url, stack).run_once()
        state = intake.state
        reader = CaseReader(state.direct, state.objects, state.keyring)
        reconciler = Reconciler(state.direct, reader, Province(engine))
        since = datetime.now(UTC) - timedelta(days=1)
        assert (await reconciler.compare(since)).clean  # every value comes back as it was written
        async with engine.begin() as connection:
            await connection.execute(text("DELETE FROM up_pro_accept"))
            await connection.execute(text("UPDATE up_pro_result SET result_cetr_no = '假'"))
        found = await reconciler.compare(since)
        assert {each.kind for each in found.differences} == {Kind.MISSING, Kind.DIFFERENT}
        assert (await reconciler.mend(found)).clean
        assert (await reconciler.compare(since)).clean
