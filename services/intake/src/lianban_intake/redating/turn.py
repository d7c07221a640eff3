"""One process at a time, of however many intakes there are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_TRY: Final = text("SELECT pg_try_advisory_lock(hashtext('intake.redating'))")


@asynccontextmanager
async def turn(direct: AsyncEngine) -> AsyncIterator[AsyncConnection | None]:
    """The connection that holds the turn; None while another process has it.

    The lock lives as long as its connection, so a process that is killed loses it at once, with no lease to run out.
    The connection idles, in no transaction, and is closed at the end: in the pool it would keep the lock.
    """
    async with direct.connect() as connection:
        if not await connection.scalar(_TRY):
            yield None
            return
        try:
            yield connection
        finally:
            await connection.invalidate()


async def still_held(connection: AsyncConnection) -> None:
    """Raises when the connection, and with it the turn, is lost."""
    await connection.execute(text("SELECT 1"))
