"""What a case hands over in one turn: safe together, sent by department, whatever one of them does meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from adapters_world import withdrawal
from fastapi import Response
from isolation_world import SHUT, Adapters, IsolationWorld, gates_of_another_process, handover_of_another_process

from lianban.contracts import names
from lianban.contracts.orders import TaskOrder, TaskOrders
from lianban_adapters.isolation.gate import GateKeeper
from lianban_adapters.isolation.waiting import Head

DEPARTMENTS: dict[str, dict[str, Any]] = {
    "sound": {},
    "hanging": {},
    "asleep": {"hours": SHUT},
    "single": {"concurrency": 1},
    "left": {"concurrency": 1},
    "claimed": {"concurrency": 2},
    "people": {"channel": "inbox"},
}


@pytest.fixture(scope="module")
async def world(adapters: Adapters) -> AsyncIterator[IsolationWorld]:
    async with adapters(DEPARTMENTS) as made:

        async def up_to_date() -> bool:
            return (await made.status("sound"))["circuit"] == "closed"

        await made.until(up_to_date)
        await asyncio.sleep(1.5)  # until the first look has found that nothing waits
        yield made


def orders_of_one_case(world: IsolationWorld, *departments: str) -> list[TaskOrder]:
    first = world.order(departments[0], step="step-0")
    made = []
    for number, department in enumerate(departments):
        key = names.task_id(first.case_no, f"step-{number}")
        event = first.events[0].model_copy(update={"seq": number + 1, "step": f"step-{number}"})
        changes = {"key": key, "step": f"step-{number}", "department": department, "events": (event,)}
        made.append(first.model_copy(update=changes))
    return made


async def hand_over(world: IsolationWorld, orders: Sequence[TaskOrder], again: str = "") -> None:
    await world.temporal.execute_activity(
        names.ACTIVITY_SUBMIT_TASKS,
        TaskOrders(tasks=tuple(orders)),
        id=f"submit-{orders[0].case_no}{again}",
        task_queue=names.QUEUE_DEPARTMENTS,
        start_to_close_timeout=timedelta(seconds=30),
    )


async def rows_of(world: IsolationWorld, orders: Sequence[TaskOrder]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for department in {order.department for order in orders}:
        found |= await world.tasks(department)
    return [found[order.key] for order in orders]


async def test_each_department_gets_its_own_whatever_the_others_do(world: IsolationWorld) -> None:
    go_on = asyncio.Event()

    async def hangs_until_told(_task: dict[str, Any]) -> None:
        await go_on.wait()

    world.systems.fault["hanging"] = hangs_until_told
    orders = orders_of_one_case(world, "hanging", "sound", "asleep", "people", "nobody")
    try:
        await hand_over(world, orders)
        await world.until(lambda: orders[1].key in world.systems.tasks_of("sound"))
        rows = await rows_of(world, orders)
        assert [(row["state"], row["channel"]) for row in rows[2:]] == [
            ("received", "rest"),
            ("sent", "inbox"),
            ("received", "inbox"),
        ]
        assert rows[2]["reason"].startswith("部门系统未到开放时间")
        assert rows[4]["reason"] == "部门不在部门名录中，列入后发送"
        assert world.systems.tasks_of("hanging") == []
    finally:
        go_on.set()
    await world.until(lambda: world.systems.tasks_of("hanging") == [orders[0].key])

    async def all_recorded() -> bool:
        return len(world.intake.events[orders[0].case_no]) == len(orders)

    await world.until(all_recorded)


async def test_handed_over_again_nothing_happens_again(world: IsolationWorld) -> None:
    orders = orders_of_one_case(world, "sound", "people")
    await hand_over(world, orders)

    async def acknowledged() -> bool:
        return [row["state"] for row in await rows_of(world, orders)] == ["sent", "sent"]

    await world.until(acknowledged)
    assert orders[0].key in world.systems.tasks_of("sound")
    before = await rows_of(world, orders)
    await hand_over(world, orders, again="-again")
    await hand_over(world, orders_of_one_case(world, "sound"))  # what came after it is through as well
    await asyncio.sleep(0.3)
    assert world.systems.tasks_of("sound").count(orders[0].key) == 1
    after = await rows_of(world, orders)
    assert [(row["state"], row["attempts"], row["received_at"]) for row in after] == [
        (row["state"], row["attempts"], row["received_at"]) for row in before
    ]


async def test_what_was_taken_back_before_it_came_is_not_sent(world: IsolationWorld) -> None:
    orders = orders_of_one_case(world, "sound", "sound")
    await world.carry_out(names.ACTIVITY_WITHDRAW_TASK, withdrawal(orders[0].case_no, "step-0", "sound"), "sound")
    await hand_over(world, orders)
    await world.until(lambda: orders[1].key in world.systems.tasks_of("sound"))
    taken_back, _ = await rows_of(world, orders)
    assert (taken_back["state"], taken_back["details"]["step"]) == ("withdrawn", "step-0")
    assert orders[0].key not in world.systems.tasks_of("sound")


async def test_a_department_gets_no_more_at_a_time_than_it_takes(world: IsolationWorld) -> None:
    at_once: list[int] = []
    now = 0

    async def counts(_task: dict[str, Any]) -> Response | None:
        nonlocal now
        now += 1
        at_once.append(now)
        await asyncio.sleep(0.05)
        now -= 1
        return None

    world.systems.fault["single"] = counts
    orders = orders_of_one_case(world, *["single"] * 6)
    await hand_over(world, orders)
    await world.until(lambda: set(world.systems.tasks_of("single")) == {order.key for order in orders})
    assert max(at_once) == 1
    assert len(world.systems.tasks_of("single")) == 6


async def test_what_a_process_had_in_hand_is_sent_by_another(world: IsolationWorld) -> None:
    """A process that ends gives back what it had not sent; one that is killed, when the lease has ended."""

    class Hanging:
        async def settle(self, gate: GateKeeper, head: Head, tries: int) -> bool:
            await asyncio.Event().wait()
            return False

    other = handover_of_another_process(world, Hanging())
    orders = orders_of_one_case(world, "left", "left", "left")
    await other.take(orders)
    # One is being sent, one may follow; the third waits for anybody.
    in_hand = await rows_of(world, orders[:2])
    assert all(row["leased_until"] is not None for row in in_hand)
    await world.until(lambda: world.systems.tasks_of("left") == [orders[2].key])
    await other.close()
    await world.until(lambda: set(world.systems.tasks_of("left")) == {order.key for order in orders})
    assert len(world.systems.tasks_of("left")) == 3


async def test_what_an_officer_has_claimed_before_there_was_a_place_is_not_sent(world: IsolationWorld) -> None:
    go_on = asyncio.Event()
    sent: list[str] = []

    class Slow:
        async def settle(self, gate: GateKeeper, head: Head, tries: int) -> bool:
            sent.append(head.id)
            await go_on.wait()
            return True

    other = handover_of_another_process(world, Slow())
    orders = orders_of_one_case(world, *["claimed"] * 4)
    first, second, third, fourth = [order.key for order in orders]
    await other.take(orders)
    await world.until(lambda: sent == [first, second])
    officer = world.bearer("HX-1", "officer", "claimed")
    claim = await world.http[0].post(f"/v1/inbox/tasks/{third}/claim", headers=officer)
    assert claim.status_code == 200
    go_on.set()
    await world.until(lambda: fourth in sent)
    assert sent == [first, second, fourth]
    await other.close()


async def test_what_could_not_be_sent_when_its_place_came_was_never_tried(world: IsolationWorld) -> None:
    """Then nobody has to be told when it is taken back. The processes beside this one find the department closed."""
    go_on = asyncio.Event()

    class Slow:
        async def settle(self, gate: GateKeeper, head: Head, tries: int) -> bool:
            await go_on.wait()
            gate.behind = True
            return True

    gates = gates_of_another_process(world)
    gates.of("asleep").places = asyncio.Semaphore(1)
    other = handover_of_another_process(world, Slow(), gates)
    orders = orders_of_one_case(world, "asleep", "asleep")
    await other.take(orders)
    go_on.set()

    async def given_back() -> bool:
        row = (await rows_of(world, orders))[1]
        return (row["attempts"], row["leased_until"], row["free_at"] is not None) == (0, None, True)

    await world.until(given_back)
    await world.carry_out(names.ACTIVITY_WITHDRAW_TASK, withdrawal(orders[1].case_no, "step-1", "asleep"), "asleep")
    assert world.systems.heard["asleep"] == []
    await other.close()
