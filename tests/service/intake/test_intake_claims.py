"""Claiming cases left behind: complete, by one poller only, later with each attempt."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from intake_world import World

from lianban.contracts.case import CASE_EDITION
from lianban_intake.outbox import repository


async def test_claimed_cases_are_complete_and_not_due_again(intake: World) -> None:
    """While Temporal is down: what the poller would start, read from the database."""
    case_no = await intake.filed()
    async with intake.state.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE intake.pending_starts SET due_at = now() - interval '1 hour'")
    edition = intake.state.catalogues.current
    async with intake.state.direct.connect() as connection:
        claimed = {case.case_no: case for case in await repository.claim(connection, edition, 1000)}
    case = claimed[case_no]
    prepared = edition.prepare("T1", {"sign": "wanted"}, "429006001")
    assert case.plan == prepared.compilation.plan
    assert (case.channel, case.delivery) == ("portal", "courier")
    assert case.calendar.first_year == case.received_at.year
    assert case.edition == CASE_EDITION
    async with intake.state.direct.connect() as connection:
        assert await repository.claim(connection, edition, 1000) == []


async def test_two_pollers_never_claim_the_same(intake: World) -> None:
    for _ in range(6):
        await intake.filed()
    async with intake.state.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE intake.pending_starts SET due_at = now() - interval '1 hour'")
    edition = intake.state.catalogues.current

    async def claim() -> list[str]:
        async with intake.state.direct.connect() as connection:
            found = await repository.claim(connection, edition, 3)
            await asyncio.sleep(0.05)
            return [case.case_no for case in found]

    one, other = await asyncio.gather(claim(), claim())
    assert len(one) == len(other) == 3
    assert not set(one) & set(other)


async def test_waiting_grows_but_not_for_ever(intake: World) -> None:
    case_no = await intake.filed()
    waits = []
    for attempts in (0, 3, 2000):
        async with intake.state.engine.begin() as connection:
            await connection.exec_driver_sql(
                "UPDATE intake.pending_starts SET due_at = now() - interval '2 hours',"
                f" attempts = {attempts} WHERE case_no = '{case_no}'"
            )
        async with intake.state.direct.connect() as connection:
            await repository.claim(connection, intake.state.catalogues.current, 1000)
        [row] = await intake.rows(
            "SELECT due_at - now() AS wait FROM intake.pending_starts WHERE case_no = :n", n=case_no
        )
        waits.append(round(row["wait"] / timedelta(seconds=1)))
    assert waits == [2, 16, 32]
