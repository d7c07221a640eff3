"""Tasks on their way to a department that works, that stumbles, that is misconfigured, that answers at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from adapters_small_case import CASE_QUEUE, UNWILLING_STEP, SmallCase
from adapters_world import World, decision, order, withdrawal
from fastapi.responses import JSONResponse, RedirectResponse, Response

from lianban.contracts import names
from lianban.contracts.documents import ActDocument
from lianban.contracts.orders import TaskReceipt
from lianban.platform.migrations import drift
from lianban_adapters.acts import tables as acts_tables
from lianban_adapters.database import Base
from lianban_adapters.tasks import tables as tasks_tables


def at_once(**changes: Any) -> Callable[[dict[str, Any]], Any]:
    """Answers the task in the answer to it."""

    def answer(task: dict[str, Any]) -> Any:
        act = decision(task["case_no"], task["step"], actor="system", officer=..., **changes)
        return {"acts": [{**act, "act_id": f"registry-{task['task_id']}"}]}

    return answer


async def act_states(world: World, case_no: str, *expected: str) -> None:
    async def there() -> bool:
        return [row["state"] for row in sorted(await world.rows("acts", case_no), key=seq)] == list(expected)

    await world.until(there, 50)


def seq(row: dict[str, Any]) -> int:
    return int(row["seq"])


async def test_the_schema_is_what_the_models_say(postgres_url: Callable[..., str], world: World) -> None:
    assert {acts_tables.Act.__table__.metadata, tasks_tables.Task.__table__.metadata} == {Base.metadata}
    assert await drift(Base.metadata, postgres_url("adapters")) == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 302])
async def test_a_department_that_does_not_take_it_gets_it_in_the_inbox(world: World, status: int) -> None:
    step = f"rejected-{status}"
    world.market.answers[f"task.created {step}"] = [
        RedirectResponse("https://elsewhere.example/", 302) if status == 302 else Response(status_code=status)
    ]
    case = await world.start(step)
    assert (await case.query(SmallCase.receipts))[step] == TaskReceipt(channel="inbox")
    [task] = await world.rows("tasks", case.id)
    assert (task["state"], task["channel"], task["reason"]) == (
        "sent",
        "inbox",
        f"业务系统返回 {status}，未接收该任务",
    )
    listed = await world.http.get("/v1/inbox/tasks", headers=world.bearer("li", department="market"))
    assert task["id"] in {item["task_id"] for item in listed.json()["tasks"]}


@pytest.mark.parametrize("status", [500, 503, 408, 425, 429])
async def test_a_department_that_stumbles_is_asked_again(world: World, status: int) -> None:
    step = f"stumbles-{status}"
    world.market.answers[f"task.created {step}"] = [
        Response(status_code=status),
        Response(status_code=status, headers={"retry-after": "1"}),
    ]
    before = datetime.now(UTC)
    case = await world.start(step)
    assert (datetime.now(UTC) - before).total_seconds() >= 1
    heard = world.market.heard("task.created", case.id)
    assert len(heard) == 3
    assert {key for key, _ in heard} == {names.task_id(case.id, step)}
    assert (await world.rows("tasks", case.id))[0]["state"] == "sent"
    assert len(await world.recorded(case.id, 1)) == 1


async def test_a_task_is_safe_before_anything_else_can_fail(world: World) -> None:
    world.intake.down = True
    try:
        case = await world.start("review", wait=False)
        await world.recorded(case.id, 1)

        async def noted() -> bool:
            rows = await world.rows("tasks", case.id)
            return [(row["state"], row["reason"]) for row in rows] == [("received", "暂时取不到卷宗")]

        await world.until(noted)
        assert world.market.heard("task.created", case.id) == []
    finally:
        world.intake.down = False

    async def sent() -> bool:
        return (await world.rows("tasks", case.id))[0]["state"] == "sent"

    await world.until(sent)
    assert (await world.rows("tasks", case.id))[0]["reason"] is None
    assert len(world.market.heard("task.created", case.id)) == 1


async def test_what_was_acknowledged_is_not_sent_again(world: World) -> None:
    world.market.answers["task.created once"] = [at_once()]
    case = await world.start("once")
    first = (await case.query(SmallCase.receipts))["once"]
    await act_states(world, case.id, "applied")
    again = await world.temporal.execute_activity(
        names.ACTIVITY_SUBMIT_TASK,
        order(case.id, "once", "market"),
        id=f"again-{case.id}",
        task_queue=names.department_queue("market"),
        result_type=TaskReceipt,
        start_to_close_timeout=timedelta(seconds=20),
    )
    assert again == first
    assert len(world.market.heard("task.created", case.id)) == 1
    assert len(await world.rows("acts", case.id)) == 1


async def test_an_immediate_answer_reaches_the_case_as_any_other(world: World) -> None:
    world.market.answers["task.created verify"] = [at_once(reason="登记信息一致")]
    case = await world.start("verify")
    receipt = (await case.query(SmallCase.receipts))["verify"]
    assert receipt.channel == "rest"
    await act_states(world, case.id, "applied")
    [act] = await case.query(SmallCase.acts)
    assert (act.step, act.department, act.actor, act.decision) == ("verify", "market", "system", "granted")
    assert act.document is not None
    assert ActDocument.model_validate_json(await world.store.get(act.document)).reason == "登记信息一致"
    assert (await world.rows("tasks", case.id))[0]["state"] == "decided"

    repeated = decision(case.id, "verify", actor="system", officer=..., reason="登记信息一致")
    [stored] = await world.rows("acts", case.id)
    repeated |= {"act_id": stored["act_id"], "occurred_at": stored["occurred_at"].isoformat()}
    answer = await world.callback(repeated)
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "applied", "case_status": "in_progress", "step_state": "granted"},
    )
    assert len(await world.recorded(case.id, 2)) == 2


async def test_immediate_answers_keep_their_order(world: World) -> None:
    def answer(task: dict[str, Any]) -> Any:
        accept = decision(task["case_no"], task["step"], kind="accept", decision=...)
        return {"acts": [accept, decision(task["case_no"], task["step"])]}

    world.market.answers["task.created verify"] = [answer]
    case = await world.start("verify")
    await act_states(world, case.id, "applied", "applied")
    assert [act.kind for act in await case.query(SmallCase.acts)] == ["accept", "decide"]


async def test_an_immediate_answer_the_case_refuses_leaves_the_task_to_a_person(world: World) -> None:
    world.market.answers[f"task.created {UNWILLING_STEP}"] = [at_once()]
    case = await world.start(UNWILLING_STEP)
    await act_states(world, case.id, "refused")
    [task] = await world.rows("tasks", case.id)
    assert (task["state"], task["channel"]) == ("sent", "inbox")
    assert task["reason"] == "办件未接受已收存的办理动作：公示期未满。"
    listed = await world.http.get("/v1/inbox/tasks?limit=200", headers=world.bearer("li", department="market"))
    assert task["id"] in {item["task_id"] for item in listed.json()["tasks"]}


async def test_an_immediate_answer_waits_for_a_case_that_cannot_be_asked(world: World) -> None:
    async def cut_meanwhile(task: dict[str, Any]) -> Any:
        await world.cable.cut()
        return at_once()(task)

    world.market.answers["task.created verify"] = [cut_meanwhile]
    try:
        case = await world.start("verify", wait=False)
        await act_states(world, case.id, "waiting")
        assert (await world.rows("tasks", case.id))[0]["state"] == "sent"
    finally:
        await world.cable.mend()
    await act_states(world, case.id, "applied")
    assert (await world.rows("tasks", case.id))[0]["state"] == "decided"


async def test_an_immediate_answer_under_an_id_in_use_goes_to_a_person(world: World) -> None:
    before = await world.start("review")
    used = decision(before.id, "review")
    assert (await world.callback(used)).status_code == 200

    def answer(task: dict[str, Any]) -> Any:
        return {"acts": [decision(task["case_no"], task["step"], act_id=used["act_id"])]}

    world.market.answers["task.created verify"] = [answer]
    case = await world.start("verify")
    assert (await case.query(SmallCase.receipts))["verify"] == TaskReceipt(channel="inbox")
    assert "编号已用于另一个办理动作" in (await world.rows("tasks", case.id))[0]["reason"]


async def test_an_immediate_refusal_by_a_system_goes_to_a_person(world: World) -> None:
    world.market.answers["task.created verify"] = [at_once(decision="refused", reason="未登记")]
    case = await world.start("verify")
    assert (await case.query(SmallCase.receipts))["verify"] == TaskReceipt(channel="inbox")
    [task] = await world.rows("tasks", case.id)
    assert (task["state"], task["channel"]) == ("sent", "inbox")
    assert [row["state"] for row in await world.rows("acts", case.id)] == ["review"]


@pytest.mark.parametrize("answer", [{"acts": [{"kind": "decide"}]}, {"acts": "granted"}, {"acts": [None]}])
async def test_an_immediate_answer_nobody_can_read_goes_to_a_person(world: World, answer: Any) -> None:
    world.market.answers["task.created verify"] = [JSONResponse(answer)]
    case = await world.start("verify")
    assert (await case.query(SmallCase.receipts))["verify"] == TaskReceipt(channel="inbox")
    [task] = await world.rows("tasks", case.id)
    assert "即时答复不合格式" in task["reason"]
    assert await world.rows("acts", case.id) == []


@pytest.mark.parametrize("content", [b"", b"ok", b"[1]", b'{"received": true}', b'{"acts": []}'])
async def test_any_2xx_means_received(world: World, content: bytes) -> None:
    world.market.answers["task.created review"] = [Response(content, status_code=202)]
    case = await world.start("review")
    assert (await case.query(SmallCase.receipts))["review"] == TaskReceipt(channel="rest")


async def test_an_endpoint_that_is_not_there_is_a_misconfiguration(world: World) -> None:
    case = await world.start("review", department="nowhere")
    assert (await case.query(SmallCase.receipts))["review"] == TaskReceipt(channel="inbox")


async def test_a_withdrawal_that_overtakes_its_order(world: World) -> None:
    case = await world.temporal.start_workflow(
        names.CASE_WORKFLOW, args=[[]], id=f"overtaken-{datetime.now(UTC).timestamp()}", task_queue=CASE_QUEUE
    )
    await case.signal(SmallCase.take_back, withdrawal(case.id, "review"))

    async def told() -> bool:
        return await case.query(SmallCase.told) == ["review"]

    await world.until(told)
    receipt = await world.temporal.execute_activity(
        names.ACTIVITY_SUBMIT_TASK,
        order(case.id, "review", "market"),
        id=f"late-{case.id}",
        task_queue=names.department_queue("market"),
        result_type=TaskReceipt,
        start_to_close_timeout=timedelta(seconds=20),
    )
    assert receipt.channel == "rest"
    assert world.market.heard("task.created", case.id) == []
    assert len(await world.recorded(case.id, 1)) == 1  # the event it carried is not lost
    [task] = await world.rows("tasks", case.id)
    assert (task["state"], task["cause"], task["details"]["step"]) == ("withdrawn", "applicant-withdrew", "review")


@pytest.mark.parametrize("answers_at_once", [False, True])
async def test_a_withdrawal_while_the_task_is_on_its_way_is_told_after_it(world: World, answers_at_once: bool) -> None:
    async def take_back_meanwhile(task: dict[str, Any]) -> Any:
        case = world.temporal.get_workflow_handle_for(SmallCase.run, task["case_no"])
        await case.signal(SmallCase.take_back, withdrawal(case.id, "hurried"))

        async def told() -> bool:
            return await case.query(SmallCase.told) == ["hurried"]

        await world.until(told)
        return at_once()(task) if answers_at_once else {}

    world.market.answers["task.created hurried"] = [take_back_meanwhile]
    world.market.answers["task.withdrawn hurried"] = [Response(status_code=404)]  # not heard of it yet
    case = await world.start("hurried")
    task = names.task_id(case.id, "hurried")
    heard = [(m["type"], key) for key, m in world.market.messages if m["data"]["case_no"] == case.id]
    assert heard == [
        ("task.created", task),
        ("task.withdrawn", f"{task}:withdrawn"),
        ("task.withdrawn", f"{task}:withdrawn:again"),  # the id before is known to a department that heard it first
    ]
    assert (await world.rows("tasks", case.id))[0]["state"] == "withdrawn"


async def test_a_person_decides_what_a_system_may_not_refuse(world: World) -> None:
    world.market.answers["task.created verify"] = [at_once(decision="refused", reason="未登记")]
    case = await world.start("verify")
    task = f"/v1/inbox/tasks/{names.task_id(case.id, 'verify')}"
    headers = {**world.bearer("li", department="market"), "Idempotency-Key": f"k-{case.id}"}
    shown = (await world.http.get(task, headers=headers)).json()
    assert [(act["state"], act["document"]["reason"]) for act in shown["acts"]] == [("review", "未登记")]
    assert (await world.http.post(f"{task}/claim", headers=headers)).status_code == 200
    refusal = {"kind": "decide", "decision": "refused", "reason": "甲", "legal_basis": "乙", "remedy": "丙"}
    answer = await world.http.post(f"{task}/decide", headers=headers, json=refusal)
    assert (answer.status_code, answer.json()["step_state"]) == (200, "refused")
    assert [(act.actor, act.officer) for act in await case.query(SmallCase.acts)] == [("human", "li")]


async def test_taking_back_twice_tells_once_and_survives_a_department_that_objects(world: World) -> None:
    world.market.answers["task.withdrawn review"] = [Response(status_code=500), Response(status_code=404)]
    case = await world.start("review")
    await case.signal(SmallCase.take_back, withdrawal(case.id, "review"))
    await case.signal(SmallCase.take_back, withdrawal(case.id, "review"))

    async def told() -> bool:
        return len(await case.query(SmallCase.told)) == 2

    await world.until(told)
    assert len(world.market.heard("task.withdrawn", case.id)) == 2  # a 500, then the 404 that ended it
    [task] = await world.rows("tasks", case.id)
    assert task["told_at"] is not None


async def test_what_is_decided_is_not_taken_back(world: World) -> None:
    case = await world.start("review")
    assert (await world.callback(decision(case.id, "review"))).status_code == 200
    await case.signal(SmallCase.take_back, withdrawal(case.id, "review"))

    async def told() -> bool:
        return await case.query(SmallCase.told) == ["review"]

    await world.until(told)
    assert (await world.rows("tasks", case.id))[0]["state"] == "decided"
    assert world.market.heard("task.withdrawn", case.id) == []
