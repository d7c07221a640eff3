"""What has been handed in."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lianban_intake.materials.schemas import StoredMaterial
from lianban_intake.materials.tables import Material


async def add(connection: AsyncConnection, material: StoredMaterial, uploaded_by: str) -> None:
    """The same content handed in again changes nothing."""
    await connection.execute(
        insert(Material).values(**material.model_dump(), uploaded_by=uploaded_by).on_conflict_do_nothing()
    )
