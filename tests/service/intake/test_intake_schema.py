"""The migrations make what the models say; the service tells whether it is ready."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from intake_events import accepted, event, record
from intake_world import NOBODY, World, running
from sqlalchemy import Connection

from lianban.contracts.status import EventKind
from lianban.platform.migrations import drift
from lianban_intake.tables import Base


async def test_migrated_schema_is_that_of_the_models(intake_url: str) -> None:
    assert await drift(Base.metadata, intake_url) == []


async def test_shipments_told_before_they_had_a_table_are_taken_over(intake: World) -> None:
    shipped, other = await intake.filed(), await intake.filed()
    told = [(2, None, "picked_up"), (5, 1, "signed"), (3, 2, "ordered"), (4, 2, "picked_up")]
    await record(
        intake,
        shipped,
        *(event(seq, EventKind.DELIVERY_MOVED, shipment=number, delivery=state) for seq, number, state in told),
    )
    await record(intake, "429006T1202601010000009X", event(1, EventKind.DELIVERY_MOVED, delivery="signed"))
    await record(intake, other, accepted(1))
    rows = "SELECT case_no, number, state, seq FROM intake.shipments ORDER BY case_no, number"
    before = await intake.rows(rows)
    config = Config()
    config.set_main_option("script_location", "lianban_intake:migrations")
    config.set_main_option("path_separator", "os")
    for move, revision in ((command.downgrade, "0001"), (command.upgrade, "head")):

        def apply(connection: Connection, move: Any = move, revision: str = revision) -> None:
            config.attributes["connection"] = connection
            move(config, revision)

        async with intake.state.engine.begin() as connection:
            await connection.run_sync(apply)
        if revision == "0001":
            [case] = await intake.rows("SELECT delivery_state FROM intake.cases WHERE case_no = :n", n=shipped)
            assert case["delivery_state"] == "picked_up"
    await intake.state.engine.dispose()  # connections remember tables as they were
    assert await intake.rows(rows) == before
    assert [row["state"] for row in before if row["case_no"] == shipped] == ["signed", "picked_up"]


async def test_ready_without_temporal(intake: World) -> None:
    response = await intake.http.get("/health/ready")
    assert response.json() == {"status": "ok", "checks": {"database": "ok"}}


async def test_not_ready_without_a_database(intake_folder: Path) -> None:
    nowhere = "postgresql+asyncpg://intake:wrong@127.0.0.1:1/none"
    async with running(intake_folder, nowhere, NOBODY) as world:
        assert (await world.http.get("/health/ready")).status_code == 503
        assert (await world.http.get("/health/live")).status_code == 200


async def test_interface_is_described(intake: World) -> None:
    described = (await intake.http.get("/openapi.json")).json()
    assert "/v1/applications" in described["paths"]
    assert "multipart/form-data" in described["paths"]["/v1/materials"]["post"]["requestBody"]["content"]
