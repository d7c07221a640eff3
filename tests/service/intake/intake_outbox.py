"""The outbox, looked at from outside."""

from __future__ import annotations

from intake_world import World, eventually


async def pending(world: World, case_no: str) -> bool:
    return bool(await world.rows("SELECT 1 FROM intake.pending_starts WHERE case_no = :n", n=case_no))


async def until_started(world: World, *case_nos: str) -> None:
    async def started() -> bool:
        return not any([await pending(world, case_no) for case_no in case_nos])

    await eventually(started)
