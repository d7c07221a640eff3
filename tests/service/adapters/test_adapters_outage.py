"""Acts that arrive while their case cannot be asked: acknowledged, kept, carried later, in their order."""

from __future__ import annotations

from datetime import timedelta

from adapters_small_case import LAST_STEP, SLOW_STEP, SmallCase
from adapters_world import World, decision
from sqlalchemy import text

from lianban.contracts import names
from lianban.contracts.acts import ActOutcome, DepartmentAct
from lianban_adapters.acts.submission import update_id


async def applied(world: World, case_no: str, number: int) -> None:
    async def all_of_them() -> bool:
        return [row["state"] for row in await world.rows("acts", case_no)] == ["applied"] * number

    await world.until(all_of_them, 50)


async def test_while_temporal_is_down_acts_are_stored_and_applied_later(world: World) -> None:
    case = await world.start("review", "other")
    await world.cable.cut()
    try:
        accept = decision(case.id, "review", kind="accept", decision=..., act_id=f"1-{case.id}")
        decide = decision(case.id, "review", act_id=f"2-{case.id}", reason="符合条件")
        for act in (accept, decide):
            answer = await world.callback(act)
            assert (answer.status_code, answer.json()["status"]) == (202, "stored")
        assert (await world.callback(decide)).status_code == 202
        assert [row["state"] for row in await world.rows("acts", case.id)] == ["waiting", "waiting"]
        assert (await world.http.get("/health/live")).status_code == 200
    finally:
        await world.cable.mend()
    await applied(world, case.id, 2)
    carried = await case.query(SmallCase.acts)
    assert [act.kind for act in carried] == ["accept", "decide"]
    # Our delay is told to the case; nobody but we may be blamed for it.
    assert [act.waited > 0 for act in carried] == [True, True]
    assert (await world.callback(decide)).json() == {
        "status": "applied",
        "case_status": "in_progress",
        "step_state": "granted",
    }
    assert len(await world.recorded(case.id, 4)) == 4
    assert {row["state"] for row in await world.rows("tasks", case.id)} == {"decided", "sent"}


async def test_a_case_that_answers_too_late_is_waited_for_in_the_background(world: World) -> None:
    case = await world.start(SLOW_STEP)
    act = decision(case.id, SLOW_STEP)
    answer = await world.callback(act)
    assert (answer.status_code, answer.json()["status"]) == (202, "stored")
    await case.signal(SmallCase.go_on)
    await applied(world, case.id, 1)
    assert len(await case.query(SmallCase.acts)) == 1
    assert (await world.callback(act)).json()["step_state"] == "granted"


async def test_an_act_stored_too_late_for_its_case_is_refused_then(world: World) -> None:
    case = await world.start("review")
    await world.cable.cut()
    try:
        act = decision(case.id, "review")
        assert (await world.callback(act)).status_code == 202
        await case.signal(SmallCase.close)
        await case.result()
    finally:
        await world.cable.mend()

    async def refused() -> bool:
        return [row["refusal"] for row in await world.rows("acts", case.id)] == ["case-closed"]

    await world.until(refused, 50)
    answer = await world.callback(act)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:lianban:problem:case-closed")


async def test_an_act_whose_request_died_is_carried_and_a_closed_case_still_knows_it(world: World) -> None:
    """The case had applied the act and closed; the answer never arrived."""
    case = await world.start(LAST_STEP)
    act = decision(case.id, LAST_STEP)
    outcome = await case.execute_update(
        names.UPDATE_ACT,
        DepartmentAct.model_validate(
            {**act, "act_id": update_id("market", act["act_id"]), "step": LAST_STEP, "department": "market"}
        ),
        id=update_id("market", act["act_id"]),
        result_type=ActOutcome,
    )
    assert outcome.closed
    await case.result()
    answer = await world.callback(act)
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "applied", "case_status": "completed", "step_state": "granted"},
    )
    assert len(await world.recorded(case.id, 2)) == 2


async def test_the_outbox_takes_over_what_nobody_carries(world: World) -> None:
    """As after a crash between storing an act and asking its case."""
    case = await world.start("review")
    await world.cable.cut()
    try:
        assert (await world.callback(decision(case.id, "review"))).status_code == 202
        async with world.engine.begin() as connection:
            crashed = text(
                "UPDATE adapters.acts SET state = 'received', next_attempt_at = now() + :lease WHERE case_no = :case_no"
            )
            await connection.execute(crashed, {"lease": timedelta(seconds=1), "case_no": case.id})
    finally:
        await world.cable.mend()
    await applied(world, case.id, 1)
    assert len(await case.query(SmallCase.acts)) == 1
