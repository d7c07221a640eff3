"""One department that fails, in any way there is, delays its own tasks only; they reach it in order when it returns."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from adapters_world import decision, supplement, withdrawal
from click.testing import CliRunner
from fastapi import Response
from isolation_world import (
    SHUT,
    Adapters,
    IsolationWorld,
    answers_500,
    dead_port,
    hangs,
)
from sqlalchemy import text

from lianban.clock.deadlines import SHANGHAI
from lianban.contracts import names
from lianban_adapters.cli import adapter

_FAILING = ("backlogged", "stumbling", "hanging", "poisoned", "messages")
_ORDINARY = (*_FAILING, "sound", "switched", "pair", "busy", "unheard")
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
async def world(adapters: Adapters) -> AsyncIterator[IsolationWorld]:
    """Two processes' worth of adapters on one database."""
    departments: dict[str, dict[str, Any]] = {
        **{code: {} for code in _ORDINARY},
        "idle": {"name": "示例局"},
        "absent": {"endpoint": f"http://127.0.0.1:{dead_port()}/tasks"},
        "asleep": {"hours": SHUT},
        "slow": {"rate_per_second": 5},
        "people": {"channel": "inbox"},
        "refusing": {"name": "拒收局"},
        "crowded": {"name": "积压局", "hours": SHUT},
        "paused": {"name": "暂停局"},
    }
    async with adapters(departments, processes=2) as made:
        yield made


async def command(world: IsolationWorld, *arguments: str, given: str | None = None) -> tuple[int, str]:
    """What ``lianban adapter`` says."""
    base = str(world.http[0].base_url).rstrip("/")
    token = world.bearer()["Authorization"].removeprefix("Bearer ")
    environment = {"LIANBAN_ADAPTERS_URL": base, "LIANBAN_TOKEN": token if given is None else given}
    # In a thread: the command runs an event loop of its own.
    result = await asyncio.to_thread(CliRunner().invoke, adapter, arguments, env=environment)
    return result.exit_code, result.output


@pytest.mark.parametrize("fault", [answers_500, hangs, None], ids=["answers 500", "hangs", "not there"])
async def test_a_department_that_fails_delays_nobody_else(world: IsolationWorld, fault: Any) -> None:
    failing = "absent" if fault is None else "hanging" if fault is hangs else "stumbling"
    if fault is not None:
        world.systems.fault[failing] = fault
    waiting = [await world.submit(failing) for _ in range(6)]

    async def left_alone() -> bool:
        return (await world.status(failing))["circuit"] != "closed"

    await world.until(left_alone)
    began = time.monotonic()
    sent = [await world.submit("sound") for _ in range(10)]
    await world.until(lambda: set(sent) <= set(world.systems.tasks_of("sound")), 10)
    assert time.monotonic() - began < 10
    # While it is left alone, a task for it costs no time either: it is stored, and waits.
    began = time.monotonic()
    waiting.append(await world.submit(failing))
    assert time.monotonic() - began < 5
    status = await world.status(failing)
    assert (status["backlog"], status["last_success_at"]) == (7, None)
    assert status["last_failure"].startswith("业务系统")
    tasks = await world.tasks(failing)
    assert {tasks[one]["state"] for one in waiting} == {"received"}
    if fault is not None:
        del world.systems.fault[failing]

        async def drained() -> bool:  # and known by the process that is asked
            status = await world.status(failing)
            return (status["backlog"], status["circuit"]) == (0, "closed")

        await world.until(drained)
        # Each once; in what order is the next test's. A process that has not read yet that the department is behind
        # lets one newcomer pass (0013), and here every second task is one.
        assert sorted(world.systems.tasks_of(failing)[-7:]) == sorted(waiting)
        assert (await world.status(failing))["last_success_at"] is not None


async def test_a_backlog_of_200_is_delivered_in_the_order_of_receipt(world: IsolationWorld) -> None:
    world.systems.fault["backlogged"] = answers_500
    random_order = random.Random(7).sample(range(200), 200)
    places = asyncio.Semaphore(20)

    async def submit(number: int) -> tuple[int, str]:
        async with places:
            received = NOW - timedelta(days=21) + timedelta(minutes=number)
            return number, await world.submit("backlogged", received_at=received)

    submitted = dict(await asyncio.gather(*(submit(number) for number in random_order)))
    assert (await world.status("backlogged"))["backlog"] == 200
    refused = world.systems.refused["backlogged"]
    assert refused < 200, "most of them never cost an attempt"
    del world.systems.fault["backlogged"]
    await world.until(lambda: len(world.systems.tasks_of("backlogged")) >= 200, 50)
    assert world.systems.tasks_of("backlogged") == [submitted[number] for number in range(200)]


async def test_a_task_its_system_cannot_take_does_not_hold_up_those_behind_it(world: IsolationWorld) -> None:
    poisoned = world.order("poisoned", received_at=NOW - timedelta(days=2))
    poison = names.task_id(poisoned.case_no, poisoned.step)
    world.systems.fault["poisoned"] = answers_500
    assert await world.submit_order(poisoned) == poison
    behind = [await world.submit("poisoned", received_at=NOW - timedelta(hours=9 - n)) for n in range(5)]
    await world.until(lambda: world.systems.refused["poisoned"] > 5)
    world.systems.fault["poisoned"] = lambda task: answers_500(task) if task["task_id"] == poison else None
    await world.until(lambda: len(world.systems.tasks_of("poisoned")) == 5, 30)
    assert world.systems.tasks_of("poisoned") == behind
    newcomer = await world.submit("poisoned")
    await world.until(lambda: newcomer in world.systems.tasks_of("poisoned"), 10)
    assert (await world.tasks("poisoned"))[poison]["state"] == "received"
    del world.systems.fault["poisoned"]
    await world.until(lambda: poison in world.systems.tasks_of("poisoned"), 40)


async def test_outside_its_hours_tasks_wait_and_acts_are_taken(world: IsolationWorld) -> None:
    waiting = world.order("asleep")
    task = await world.submit_order(waiting)
    status = await world.status("asleep")
    assert (status["open"], status["backlog"], status["circuit"]) == (False, 1, "closed")
    opening = datetime.fromisoformat(status["next_opening"])
    assert timedelta(0) < opening - datetime.now(UTC) < timedelta(days=1)
    stored = (await world.tasks("asleep"))[task]
    assert (stored["state"], stored["attempts"]) == ("received", 0)
    assert f"未到开放时间，{opening.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 起发送" in stored["reason"]
    answer = await world.callback("asleep", decision(waiting.case_no, waiting.step))
    # No such case is on the server: the act was taken as far as it, which is what this is about.
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:lianban:problem:case-closed")
    assert world.systems.tasks_of("asleep") == []


async def test_a_task_nobody_has_heard_of_is_taken_back_without_a_word(world: IsolationWorld) -> None:
    waiting = world.order("asleep")
    task = await world.submit_order(waiting)
    await world.carry_out(names.ACTIVITY_WITHDRAW_TASK, withdrawal(waiting.case_no, waiting.step, "asleep"), "asleep")
    assert (await world.tasks("asleep"))[task]["state"] == "withdrawn"
    assert world.systems.heard["asleep"] == []


async def test_what_only_the_inbox_had_is_taken_back_without_a_word(world: IsolationWorld) -> None:
    """Its department is switched over, perhaps for months: the case does not wait to tell it of a task it never had."""
    for http in world.http:  # each knows at once, whichever gets the task
        answer = await http.put("/v1/departments/unheard/channel", headers=world.bearer(), json={"to": "inbox"})
        assert answer.status_code == 200
    new = world.order("unheard")
    task = await world.submit_order(new)
    withdrawing = world.carry_out(names.ACTIVITY_WITHDRAW_TASK, withdrawal(new.case_no, new.step, "unheard"), "unheard")
    await asyncio.wait_for(withdrawing, 10)
    assert (await world.tasks("unheard"))[task]["state"] == "withdrawn"
    assert world.systems.heard["unheard"] == []


async def test_supplements_and_withdrawals_wait_for_a_department_that_is_left_alone(world: IsolationWorld) -> None:
    known = world.order("messages")
    await world.submit_order(known)
    world.systems.fault["messages"] = answers_500
    for _ in range(4):
        await world.submit("messages")

    async def left_alone() -> bool:
        return (await world.status("messages"))["circuit"] != "closed"

    await world.until(left_alone)
    told = asyncio.gather(
        world.carry_out(names.ACTIVITY_SUPPLEMENT_TASK, supplement(known.case_no, known.step, "messages"), "messages"),
        world.carry_out(
            names.ACTIVITY_WITHDRAW_TASK, withdrawal(known.case_no, "never-heard-of", "messages"), "messages"
        ),
    )
    await asyncio.sleep(1)
    assert not told.done()
    del world.systems.fault["messages"]
    await told
    kinds = {kind for kind, _, _ in world.systems.heard["messages"]}
    assert kinds == {"task.created", "task.supplemented", "task.withdrawn"}


async def test_switched_to_the_inbox_and_back(world: IsolationWorld) -> None:
    """Through one process; the other one knows within seconds."""
    with_department = await world.submit("switched")
    await world.until(lambda: world.systems.tasks_of("switched") == [with_department])
    world.systems.fault["switched"] = answers_500
    waiting = [await world.submit("switched") for _ in range(5)]
    for http in world.http:
        answer = await http.put(
            "/v1/departments/switched/channel", headers=world.bearer(), json={"to": "inbox", "reason": "系统升级"}
        )
        assert (answer.status_code, answer.json()["in_use"], answer.json()["switched_by"]) == (200, "inbox", "OP-1")

    async def in_the_inbox() -> bool:
        tasks = await world.tasks("switched")
        return all((tasks[one]["state"], tasks[one]["channel"]) == ("sent", "inbox") for one in waiting)

    await world.until(in_the_inbox)
    new = await world.submit("switched")
    assert (await world.tasks("switched"))[new]["channel"] == "inbox"
    assert "人工收件箱" in (await world.tasks("switched"))[new]["reason"]
    assert (await world.tasks("switched"))[with_department]["channel"] == "rest"
    officer = world.bearer("li", "officer", "switched")
    for task in (with_department, waiting[0]):
        assert (await world.http[1].post(f"/v1/inbox/tasks/{task}/claim", headers=officer)).status_code == 200
    del world.systems.fault["switched"]
    answer = await world.http[0].put("/v1/departments/switched/channel", headers=world.bearer(), json={"to": "own"})
    assert answer.json()["in_use"] == "rest"
    await asyncio.sleep(2.5)  # until the other process knows
    only_new = [await world.submit("switched") for _ in range(4)]
    await world.until(lambda: set(only_new) <= set(world.systems.tasks_of("switched")))
    first, *others = world.systems.tasks_of("switched")
    assert (first, sorted(others)) == (with_department, sorted(only_new))


async def test_what_is_being_sent_is_told_apart_from_what_waits(world: IsolationWorld) -> None:
    world.systems.fault["busy"] = hangs
    sent = asyncio.create_task(world.submit("busy"))

    async def on_its_way() -> bool:
        status = await world.status("busy")
        return (status["backlog"], status["sending"]) == (1, 1)

    await world.until(on_its_way)
    del world.systems.fault["busy"]
    task = await sent
    await world.until(lambda: task in world.systems.tasks_of("busy"))


async def test_an_operator_works_from_the_command_line(world: IsolationWorld) -> None:
    run = partial(command, world)
    code, told = await run("switch", "--department", "idle", "--to", "inbox", "--reason", "系统升级")
    assert (code, told) == (0, "示例局（idle）现在由人工收件箱接收新任务，等待发送的已转入收件箱 0 项\n")
    assert (await world.status("idle"))["switch_reason"] == "系统升级"
    code, told = await run("status")
    assert code == 0
    rows, switches = (part.splitlines() for part in told.strip().split("\n\n"))
    assert {line.split()[1] for line in rows[2:]} == set(world.secrets)
    idle = next(line.split() for line in rows if "idle" in line)
    assert idle[:5] == ["示例局", "idle", "推送和回调", "→", "人工收件箱"]
    [switched] = [line for line in switches if line.startswith("示例局（idle）")]
    assert switched.endswith(" 由 OP-1 切换到人工收件箱：系统升级")
    assert await run("switch", "--department", "idle", "--to", "own") == (
        0,
        "示例局（idle）现在由部门系统（推送和回调）接收新任务，等待发送的 0 项\n",
    )
    code, told = await run("switch", "--department", "nobody", "--to", "own")
    assert (code, told.startswith("错误：部门代码不在名录中，名录中有 absent、asleep、backlogged、")) == (1, True)
    assert await run("status", given="forged") == (1, "错误：令牌无效或已过期。\n")
    code, told = await run("status", given="")
    assert code == 2
    assert "LIANBAN_TOKEN=$(.venv/bin/python -m lianban_stack token --role operator" in told
    away = f"http://127.0.0.1:{dead_port()}"
    code, told = await run("status", "--url", away)
    assert (code, told.partition(" 无法连接")[0]) == (1, f"错误：部门对接服务 {away}/v1/departments/status")


async def test_what_a_system_rejects_is_no_success(world: IsolationWorld) -> None:
    await world.submit("refusing")

    async def taken() -> bool:
        return (await world.status("refusing"))["last_success_at"] is not None

    await world.until(taken)
    before = await world.status("refusing")
    assert (before["rejections"], before["last_rejection_at"], before["last_rejection"]) == (0, None, None)
    world.systems.fault["refusing"] = lambda _task: Response(status_code=401)
    rejected = [await world.submit("refusing") for _ in range(4)]

    async def told() -> bool:
        return (await world.status("refusing"))["rejections"] == 4

    await world.until(told)
    status = await world.status("refusing")
    assert (status["last_success_at"], status["circuit"]) == (before["last_success_at"], "closed")
    assert status["last_rejection_at"] > status["last_success_at"]
    assert {(await world.tasks("refusing"))[one]["channel"] for one in rejected} == {"inbox"}
    _, shown = await command(world, "status")
    assert "正常，连续不接收 4 次" in next(line for line in shown.splitlines() if " refusing " in line)
    [note] = [line for line in shown.splitlines() if line.startswith("拒收局（refusing）")]
    assert "以来不接收 4 次，任务已转人工收件箱；最近一次 " in note
    assert note.endswith("：业务系统返回 401，未接收该任务")
    del world.systems.fault["refusing"]
    await world.submit("refusing")

    async def taken_again() -> bool:
        return (await world.status("refusing"))["rejections"] == 0

    await world.until(taken_again)
    assert (await world.status("refusing"))["last_rejection_at"] == status["last_rejection_at"]
    _, shown = await command(world, "status")
    assert "不接收" not in shown


async def test_a_switch_tells_what_it_has_moved_and_loses_no_reason(world: IsolationWorld) -> None:
    for _ in range(7):
        await world.submit("crowded")
    code, told = await command(world, "switch", "--department", "crowded", "--to", "inbox", "--reason", "系统升级")
    assert (code, told) == (0, "积压局（crowded）现在由人工收件箱接收新任务，等待发送的已转入收件箱 7 项\n")
    at = (await world.status("crowded"))["switched_at"]
    for reason, told_reason, same in (
        ("系统升级", "系统升级", True),
        (None, "系统升级", True),
        ("断网", "断网", False),
    ):
        given = () if reason is None else ("--reason", reason)
        code, told = await command(world, "switch", "--department", "crowded", "--to", "inbox", *given)
        status = await world.status("crowded")
        assert (code, told.rstrip().endswith("已转入收件箱 0 项")) == (0, True)
        assert (status["switch_reason"], status["switched_at"] == at) == (told_reason, same)


async def test_a_department_left_alone_is_shown_with_its_next_trial(world: IsolationWorld) -> None:
    async with world.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO adapters.gates (department, failures, openings, free_at) "
                "VALUES ('paused', 3, 1, timestamptz '2099-03-05 08:30+08')"
            )
        )
    _, shown = await command(world, "status")
    assert "暂停发送，03-05 08:30 试发" in next(line for line in shown.splitlines() if " paused " in line)


@pytest.mark.parametrize(
    ("department", "body", "role", "status", "problem"),
    [
        ("nobody", {"to": "inbox"}, "operator", 404, "unknown-department"),
        ("people", {"to": "inbox"}, "operator", 409, "no-own-system"),
        ("pair", {"to": "inbox"}, "officer", 403, "forbidden"),
        ("pair", {"to": "elsewhere", "reason": "x" * 201, "why": 1}, "supervisor", 422, "invalid-request"),
    ],
)
async def test_a_switch_that_is_not_possible_says_why(
    world: IsolationWorld, department: str, body: dict[str, str], role: Any, status: int, problem: str
) -> None:
    url = f"/v1/departments/{department}/channel"
    answer = await world.http[0].put(url, headers=world.bearer(role=role), json=body)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:lianban:problem:{problem}")
    if status == 422:
        assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/to", "/reason", "/why"}


async def test_a_system_that_denies_what_it_has_not_acknowledged_leaves_it_to_a_person(world: IsolationWorld) -> None:
    """Its acknowledgement is lost, its refusal arrives: the task is in the inbox and stays there (L-REFUSE)."""
    world.systems.fault["pair"] = answers_500
    denied = world.order("pair")
    task = await world.submit_order(denied)
    act = decision(denied.case_no, denied.step, actor="system", officer=..., decision="refused", reason="未登记")
    answer = await world.callback("pair", act)
    assert (answer.status_code, answer.json()["status"]) == (202, "review")
    del world.systems.fault["pair"]
    await world.submit("pair")
    await asyncio.sleep(2)
    stored = (await world.tasks("pair"))[task]
    assert (stored["state"], stored["channel"]) == ("sent", "inbox")
    assert task not in world.systems.tasks_of("pair")


async def test_a_backlog_keeps_to_what_the_department_bears_a_second(world: IsolationWorld) -> None:
    world.systems.fault["slow"] = answers_500
    for _ in range(12):
        await world.submit("slow")
    del world.systems.fault["slow"]
    await world.until(lambda: len(world.systems.tasks_of("slow")) == 12)
    times = [at for _, _, at in world.systems.heard["slow"]]
    assert times[-1] - times[0] > 10 / 5
