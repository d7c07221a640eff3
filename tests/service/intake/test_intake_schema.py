"""The migrations make what the models say; the service tells whether it is ready."""

from __future__ import annotations

from pathlib import Path

from intake_world import NOBODY, World, running

from lianban.platform.migrations import drift
from lianban_intake.tables import Base


async def test_migrated_schema_is_that_of_the_models(intake_url: str) -> None:
    assert await drift(Base.metadata, intake_url) == []


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
