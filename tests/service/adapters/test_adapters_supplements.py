"""What the applicant hands in, on its way to the department that missed it."""

from __future__ import annotations

from datetime import date
from typing import Any

from adapters_outside import DOSSIER
from adapters_small_case import SmallCase
from adapters_world import World, decision, supplement
from fastapi.responses import Response
from test_adapters_clock_acts import WRITTEN, act_of
from test_adapters_inbox_acts import act

from lianban.contracts import names


async def told(world: World, case: Any, number: int = 1) -> None:
    async def all_of_them() -> bool:
        return len(await case.query(SmallCase.told)) == number

    await world.until(all_of_them)


async def awaited(world: World, step: str = "review", department: str = "market") -> Any:
    case = await world.start(step, department=department)
    assert (await world.callback(act_of("request_supplement", case.id, step), department)).status_code == 200
    [task] = await world.rows("tasks", case.id)
    waits = {"reason": "等待申请人补正", "began": "2030-01-02", "until": "2030-01-12"}
    assert (task["step_state"], task["due"], task["pauses"]) == ("supplement", None, [waits])
    return case


async def test_the_department_is_told_anew(world: World) -> None:
    case = await awaited(world)
    order = supplement(case.id, "review")
    await case.signal(SmallCase.hand_in, order)
    await told(world, case)
    [(message_id, data)] = world.market.heard("task.supplemented", case.id)
    assert message_id == order.key
    assert data == {
        "task_id": names.task_id(case.id, "review"),
        "case_no": case.id,
        "step": "review",
        "received_at": order.received_at.isoformat().replace("+00:00", "Z"),
        "due": {"promised": "2030-02-15", "legal": "2030-03-15"},
        "applicant": DOSSIER["applicant"],
        "elements": DOSSIER["elements"],
        "materials": [],
    }
    [task] = await world.rows("tasks", case.id)
    assert (task["step_state"], task["due"], task["legal_due"], task["pauses"]) == (
        "open",
        date(2030, 2, 15),
        date(2030, 3, 15),
        [],
    )
    events = await world.recorded(case.id, 3)
    assert [event.kind for event in events][-1] == "step.supplement_received"

    detail = await world.http.get(f"/v1/inbox/tasks/{task['id']}", headers=world.bearer("li", department="market"))
    assert detail.json()["due"] == {"promised": "2030-02-15", "legal": "2030-03-15"}
    assert (await world.callback(decision(case.id, "review"))).json()["step_state"] == "granted"


async def test_a_department_that_stumbles_is_asked_again(world: World) -> None:
    case = await awaited(world)
    world.market.answers["task.supplemented review"] = [Response(status_code=503), Response(status_code=429)]
    await case.signal(SmallCase.hand_in, supplement(case.id, "review"))
    await told(world, case)
    heard = world.market.heard("task.supplemented", case.id)
    assert len(heard) == 3
    assert len({key for key, _ in heard}) == 1
    assert (await world.rows("tasks", case.id))[0]["reason"] is None
    assert len(await world.recorded(case.id, 3)) == 3


async def test_while_it_is_down_the_inbox_says_so_and_an_officer_may_take_over(world: World) -> None:
    case = await awaited(world)
    world.market.answers["task.supplemented review"] = [Response(status_code=503) for _ in range(200)]
    await case.signal(SmallCase.hand_in, supplement(case.id, "review"))

    async def noted() -> bool:
        [row] = await world.rows("tasks", case.id)
        return row["reason"] == "申请人已补正，尚未送达业务系统：业务系统返回 503"

    await world.until(noted)
    headers = world.bearer("li", department="market")
    task = names.task_id(case.id, "review")
    assert (await world.http.post(f"/v1/inbox/tasks/{task}/claim", headers=headers)).status_code == 200
    await told(world, case)
    world.market.answers["task.supplemented review"].clear()


async def test_a_department_that_does_not_take_it_gets_it_in_the_inbox(world: World) -> None:
    case = await awaited(world)
    world.market.answers["task.supplemented review"] = [Response(status_code=404)]
    await case.signal(SmallCase.hand_in, supplement(case.id, "review"))
    await told(world, case)
    [task] = await world.rows("tasks", case.id)
    assert task["channel"] == "inbox"
    assert task["reason"] == "申请人已补正，业务系统没有接收，请人工核办：业务系统返回 404，未接收该任务"


async def test_it_is_safe_before_anything_else_can_fail(world: World) -> None:
    case = await awaited(world)
    world.intake.down = True
    try:
        await case.signal(SmallCase.hand_in, supplement(case.id, "review"))
        await world.recorded(case.id, 3)
        [task] = await world.rows("tasks", case.id)
        assert task["step_state"] == "open"
        assert world.market.heard("task.supplemented", case.id) == []
    finally:
        world.intake.down = False
    await told(world, case)
    assert len(world.market.heard("task.supplemented", case.id)) == 1


async def test_in_the_inbox_the_list_shows_it(world: World) -> None:
    case = await awaited(world, department="health")
    await case.signal(SmallCase.hand_in, supplement(case.id, "review", "health"))
    await told(world, case)
    listed = (await world.http.get("/v1/inbox/tasks?limit=200", headers=world.bearer("li"))).json()["tasks"]
    [item] = [item for item in listed if item["case_no"] == case.id]
    assert (item["step_state_zh"], item["due"]["promised"], item["pauses"]) == ("办理中", "2030-02-15", [])


async def test_a_supplement_at_acceptance_reaches_the_lead_department(world: World) -> None:
    case = await world.start(names.ACCEPTANCE_STEP)
    assert (await world.callback(act_of("request_supplement", case.id, names.ACCEPTANCE_STEP))).status_code == 200
    await case.signal(SmallCase.hand_in, supplement(case.id, names.ACCEPTANCE_STEP))
    await told(world, case)
    [task] = await world.rows("tasks", case.id)
    assert (task["state"], task["step_state"], task["due"]) == ("sent", "open", date(2030, 2, 15))
    assert len(world.market.heard("task.supplemented", case.id)) == 1


async def test_a_second_one_after_an_exception(world: World) -> None:
    case = await awaited(world)
    await case.signal(SmallCase.hand_in, supplement(case.id, "review"))
    await told(world, case)
    written = {"kind": "override", **WRITTEN["override"]}
    supervisor = world.bearer("zhou", "supervisor", None)
    task = names.task_id(case.id, "review")
    assert (await act(world, task, written, f"o-{case.id}", supervisor)).status_code == 200
    assert (await world.callback(act_of("request_supplement", case.id))).status_code == 200
    await case.signal(SmallCase.hand_in, supplement(case.id, "review", seq=300))
    await told(world, case, 2)
    assert [key for key, _ in world.market.heard("task.supplemented", case.id)] == [
        f"{case.id}:review:supplement:{seq}" for seq in (200, 300)
    ]
