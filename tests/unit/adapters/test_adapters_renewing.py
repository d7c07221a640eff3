"""Leases while the database is away."""

from __future__ import annotations

import asyncio

from lianban_adapters.isolation.renewing import renewed


class Database:
    """Does not answer what it is asked first, and refuses the next."""

    def __init__(self) -> None:
        self.asked = 0
        self.renewed = asyncio.Event()

    async def renew(self) -> None:
        self.asked += 1
        match self.asked:
            case 1:
                await asyncio.Event().wait()
            case 2:
                raise ConnectionRefusedError
        self.renewed.set()


async def test_a_lease_is_renewed_as_soon_as_the_database_is_back() -> None:
    database = Database()
    async with renewed(database.renew, every=0.02):
        await asyncio.wait_for(database.renewed.wait(), 10)
