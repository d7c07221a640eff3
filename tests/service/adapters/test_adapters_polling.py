"""A department whose system can only be called: tasks are brought, acts are fetched, each gets a receipt."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from adapters_outside import serving
from adapters_polling import TOKEN, PolledSystem
from adapters_small_case import LAST_STEP, UNWILLING_STEP, SmallCase
from adapters_world import World, decision, supplement, withdrawal
from test_adapters_clock_acts import act_of as written

from lianban.contracts.orders import TaskReceipt
from lianban.contracts.status import ActKind
from lianban.platform.webhooks import new_secret


@pytest.fixture(scope="module")
async def polled() -> AsyncIterator[tuple[PolledSystem, str]]:
    system = PolledSystem()
    async with serving(system.app) as url:
        yield system, url


@pytest.fixture(scope="module")
def further_departments(polled: tuple[PolledSystem, str]) -> dict[str, Any]:
    entry = {"channel": "polling", "secret": new_secret()}
    settings = {"base_url": f"{polled[1]}/api/", "token": TOKEN, "interval": 0.1, "batch": 3}
    closed = {**settings, "base_url": "http://127.0.0.1:9/api"}
    return {"tax": {**entry, "polling": settings}, "closed": {**entry, "polling": closed}}


@pytest.fixture
def tax(polled: tuple[PolledSystem, str]) -> PolledSystem:
    return polled[0]


def act_of(case_no: str, step: str, order: int = 0, **changes: Any) -> dict[str, Any]:
    """Ids in the order the department wrote them."""
    return decision(case_no, step, act_id=f"{case_no}-{order:03d}-{step}", **changes)


async def receipt(world: World, tax: PolledSystem, act_id: str, seconds: float = 20) -> dict[str, Any]:
    async def there() -> bool:
        return act_id in tax.receipts

    await world.until(there, seconds)
    return tax.receipts[act_id]


async def test_a_task_is_brought_and_its_act_fetched(world: World, tax: PolledSystem) -> None:
    case = await world.start("review", department="tax")
    assert (await case.query(SmallCase.receipts))["review"] == TaskReceipt(channel="polling")
    [message] = tax.tasks[f"{case.id}:review"]
    assert (message["type"], message["data"]["applicant"]["name"]) == ("task.created", "王大明")
    act = act_of(case.id, "review")
    tax.leave(act)
    assert await receipt(world, tax, act["act_id"]) == {
        "status": "applied",
        "case_status": "in_progress",
        "step_state": "granted",
    }
    assert len(await case.query(SmallCase.acts)) == 1
    assert tax.strangers == 0


async def test_a_system_that_denies_leaves_it_to_a_person(world: World, tax: PolledSystem) -> None:
    """L-REFUSE holds for an act that was fetched as for one that was sent."""
    case = await world.start("review", department="tax")
    act = act_of(case.id, "review", actor="system", officer=..., decision="refused", reason="未登记")
    tax.leave(act)
    assert (await receipt(world, tax, act["act_id"]))["status"] == "review"
    [task] = await world.rows("tasks", case.id)
    assert (task["state"], task["channel"]) == ("sent", "inbox")
    assert await case.query(SmallCase.acts) == []


async def test_many_acts_come_page_by_page_in_their_order(world: World, tax: PolledSystem) -> None:
    steps = [f"s{number}" for number in range(5)]
    case = await world.start(*steps, department="tax")
    accepts = [act_of(case.id, step, 1, kind="accept", decision=...) for step in steps]
    decides = [act_of(case.id, step, 2) for step in steps]
    tax.leave(*accepts, *decides)
    for act in decides:
        assert (await receipt(world, tax, act["act_id"]))["status"] == "applied"
    assert [act.kind for act in await case.query(SmallCase.acts)] == [ActKind.ACCEPT] * 5 + [ActKind.DECIDE] * 5


async def test_a_repeat_gets_the_first_answer_and_another_act_none(world: World, tax: PolledSystem) -> None:
    case = await world.start("review", "other", department="tax")
    act = act_of(case.id, "review")
    for changes, status in (({}, "applied"), ({}, "applied"), ({"reason": "另有说法"}, "refused")):
        tax.leave({**act, **changes})
        answer = await receipt(world, tax, act["act_id"])
        assert answer["status"] == status
    assert (answer["problem"], answer["detail"]) == ("idempotency-conflict", "该编号已用于另一个办理动作，请更换编号。")
    assert len(await case.query(SmallCase.acts)) == 1


async def test_what_is_not_possible_is_refused_with_its_reason(world: World, tax: PolledSystem) -> None:
    case = await world.start(UNWILLING_STEP, "review", department="tax")
    other = await world.start("review")
    for act, problem in (
        (act_of(case.id, UNWILLING_STEP), "too-early"),
        (act_of(case.id, "unheard-of"), "unknown-task"),
        (act_of(other.id, "review"), "foreign-step"),
    ):
        tax.leave(act)
        answer = await receipt(world, tax, act["act_id"])
        assert (answer["status"], answer["problem"]) == ("refused", problem)
        assert answer["detail"]


async def test_a_task_taken_back_is_told_and_acts_on_it_are_refused(world: World, tax: PolledSystem) -> None:
    case = await world.start("review", "other", department="tax")
    await case.signal(SmallCase.take_back, withdrawal(case.id, "review", "tax"))

    async def told() -> bool:
        return "review" in await case.query(SmallCase.told)

    await world.until(told)
    assert [message["type"] for message in tax.tasks[f"{case.id}:review"]] == ["task.created", "task.withdrawn"]
    act = act_of(case.id, "review")
    tax.leave(act)
    answer = await receipt(world, tax, act["act_id"])
    assert (answer["status"], answer["problem"]) == ("refused", "step-not-open")


async def test_a_supplement_is_asked_for_and_brought(world: World, tax: PolledSystem) -> None:
    case = await world.start("review", department="tax")
    for number in range(2):
        act = written("request_supplement", case.id, act_id=f"{case.id}-{number}")
        tax.leave(act)
        answer = await receipt(world, tax, act["act_id"])
        assert answer["status"] == ("applied", "refused")[number]
    assert (answer["problem"], answer["rule"]) == ("already-requested", "L-ONCE")
    await case.signal(SmallCase.hand_in, supplement(case.id, "review", "tax"))

    async def told() -> bool:
        return len(await case.query(SmallCase.told)) == 1

    await world.until(told)
    created, supplemented = tax.tasks[f"{case.id}:review"]
    assert (supplemented["type"], supplemented["data"]["due"]["promised"]) == ("task.supplemented", "2030-02-15")
    assert created["data"]["scope"]["materials"] == ["deed"]


async def test_a_systems_refusal_is_left_to_a_person(world: World, tax: PolledSystem) -> None:
    case = await world.start("review", department="tax")
    act = act_of(case.id, "review", decision="refused", actor="system", officer=...)
    tax.leave(act)
    assert (await receipt(world, tax, act["act_id"]))["status"] == "review"
    assert [task["channel"] for task in await world.rows("tasks", case.id)] == ["inbox"]


async def test_what_is_wrong_is_put_aside_and_nothing_else_waits(world: World, tax: PolledSystem) -> None:
    case = await world.start("review", "other", department="tax")
    good = act_of(case.id, "review", 9)
    text = json.dumps(good, ensure_ascii=False)
    future = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    bad: dict[str, tuple[Any, str]] = {
        "gbk": (json.dumps({**good, "reason": "符合条件"}, ensure_ascii=False).encode("gbk"), "像是 GBK"),
        "bytes": (b"\xff\xff\xfe{", "应为 UTF-8 编码"),
        "cut": (text[: len(text) // 2].encode(), "可能在传输中被截断"),
        "list": (b"[]", "应为对象"),
        "large": (b'{"reason": "' + b"0" * 21 * 1024 * 1024 + b'"}', "不得超过 20 MiB"),
        "sql": ({**good, "act_id": "sql", "task_id": "x' OR '1'='1"}, "/task_id：格式不符合要求"),
        "future": ({**good, "act_id": "future", "occurred_at": future}, "/occurred_at：办理时间晚于"),
        "date": ({**good, "act_id": "date", "occurred_at": "2026-13-45"}, "/occurred_at：应为日期时间"),
        "other": ({**good, "act_id": "another", "kind": "approve"}, "/act_id：办理动作编号应与清单中的相同；/kind："),
        "above": (written("override", case.id, act_id="above"), "/role：部门的密钥只证明部门"),
        "?y=1&z 序": ({**good, "act_id": "?y=1&z 序"}, "/act_id：格式不符合要求"),
    }
    keys = {name: f"{case.id}-{name}" for name in bad}
    for name, (content, _) in bad.items():
        same = isinstance(content, dict) and content["act_id"] == name
        tax.acts[keys[name]] = {**content, "act_id": keys[name]} if same else content
    tax.leave(good)
    assert (await receipt(world, tax, good["act_id"]))["status"] == "applied"
    for name, key in keys.items():
        answer = await receipt(world, tax, key)
        assert answer["status"] == "quarantined"
        assert bad[name][1] in answer["detail"], name
        assert answer["errors"]
    assert len(await case.query(SmallCase.acts)) == 1


async def test_a_system_that_is_down_gets_its_backlog_and_gives_its_own_in_order(
    world: World, tax: PolledSystem
) -> None:
    tax.down = True
    try:
        case = await world.start("a", LAST_STEP, department="tax", wait=False)
        neighbour = await world.start("review")
        assert (await neighbour.query(SmallCase.receipts))["review"] == TaskReceipt(channel="rest")

        async def noted() -> bool:
            tasks = await world.rows("tasks", case.id)
            return len(tasks) == 2 and all("业务系统返回 503" in (row["reason"] or "") for row in tasks)

        await world.until(noted)
        operator = world.bearer("YW-001", "operator", None)

        async def told() -> bool:
            answer = await world.http.get("/v1/departments/status", headers=operator)
            fetching = {one["department"]: one["fetching"] for one in answer.json()["departments"]}
            assert fetching["market"] is None  # calls back by itself
            return bool(fetching["tax"]["failures"]) and "503" in fetching["tax"]["last_failure"]

        await world.until(told)
        accept, decide = act_of(case.id, "a", 1, kind="accept", decision=...), act_of(case.id, "a", 2)
        last = act_of(case.id, LAST_STEP, 3)
        tax.leave(accept, decide, last)
    finally:
        tax.down = False
    assert (await receipt(world, tax, last["act_id"]))["status"] == "applied"
    assert await case.result() == 3


async def test_rubbish_for_a_list_is_no_more_than_a_pause(world: World, tax: PolledSystem) -> None:
    case = await world.start("review", department="tax")
    act = act_of(case.id, "review")
    for rubbish in (b"<html>busy</html>", b'{"acts": [1]}', b'{"acts": "all"}', b"\xb7\xfb", b"[" * 2_000_000):
        tax.listing = rubbish
        tax.leave(act)
        await world.until(lambda: _asked(tax))
        assert act["act_id"] not in tax.receipts
    tax.listing = None
    assert (await receipt(world, tax, act["act_id"]))["status"] == "applied"


async def _asked(tax: PolledSystem) -> bool:
    asked, tax.asked = tax.asked, 0
    return asked > 0


async def test_while_the_platform_is_cut_off_acts_are_stored(world: World, tax: PolledSystem) -> None:
    case = await world.start("review", "other", department="tax")
    await world.cable.cut()
    try:
        act = act_of(case.id, "review")
        tax.leave(act)
        assert (await receipt(world, tax, act["act_id"]))["status"] == "stored"
    finally:
        await world.cable.mend()

    async def applied() -> bool:
        return [row["state"] for row in await world.rows("acts", case.id)] == ["applied"]

    await world.until(applied, 50)


async def test_a_system_nobody_reaches_lets_only_its_own_wait(world: World) -> None:
    case = await world.start("review", department="closed", wait=False)

    async def noted() -> bool:
        return any("业务系统无法连接" in (row["reason"] or "") for row in await world.rows("tasks", case.id))

    await world.until(noted)
    await case.signal(SmallCase.close)
