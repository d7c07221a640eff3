"""Whose turn it is at a department: places, leases, and the order of what waits, between processes and messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from adapters_world import supplement, withdrawal
from isolation_world import (
    SHUT,
    Adapters,
    IsolationWorld,
    Told,
    answers_500,
    gates_of_another_process,
    handover_of_another_process,
)
from sqlalchemy import text

from lianban.contracts import names
from lianban.contracts.orders import TaskOrder, TaskSupplement, TaskWithdrawal
from lianban.platform.database import Database
from lianban.platform.relay import EventRelay
from lianban_adapters.channels.port import DossierSource, Sent, Unavailable
from lianban_adapters.channels.registry import Channels
from lianban_adapters.isolation import waiting
from lianban_adapters.isolation.gates import Gates
from lianban_adapters.isolation.queue import WaitingTasks
from lianban_adapters.tasks.service import Tasks

_OURS = ("leased", "full", "overtaken", "arriving", "slow", "asks", "left")
DEPARTMENTS: dict[str, dict[str, Any]] = {
    "pair": {"concurrency": 2},
    "held": {},
    **{code: {"hours": SHUT, "concurrency": 1} for code in _OURS},
}
"""The last ones are shut for the service itself: another process, which the tests are, has them to itself."""


@pytest.fixture(scope="module")
async def world(adapters: Adapters) -> AsyncIterator[IsolationWorld]:
    async with adapters(DEPARTMENTS) as made:
        yield made


class Sending:
    """What a process sends, ``act`` meanwhile."""

    def __init__(self, world: IsolationWorld, act: Callable[[], Awaitable[object]] | None = None) -> None:
        self.sent: list[str] = []
        self._world = world
        self._act = act

    async def send_waiting(self, order: TaskOrder, *, tells: bool) -> None:
        task = names.task_id(order.case_no, order.step)
        self.sent.append(task)
        if self._act is not None:
            await self._act()
        await change(self._world, "UPDATE adapters.tasks SET state = 'sent' WHERE id = :id", id=task)


@asynccontextmanager
async def another_process(
    world: IsolationWorld, gates: Gates, sending: Sending, renewal: float = 60
) -> AsyncIterator[WaitingTasks]:
    made = WaitingTasks(Database(world.engine), gates, cast(Tasks, sending), renewal)
    try:
        yield made
    finally:
        await asyncio.gather(*made._busy.values())


async def change(world: IsolationWorld, statement: str, **values: Any) -> None:
    async with world.engine.begin() as connection:
        await connection.execute(text(statement), values)


async def ask(world: IsolationWorld, query: str, **values: Any) -> Any:
    async with world.engine.connect() as connection:
        return (await connection.execute(text(query), values)).scalar_one_or_none()


async def test_a_lease_lasts_as_long_as_the_sending(world: IsolationWorld) -> None:
    """Of the task, so that no other process sends it as well, and of the department, so that none sends another."""
    go_on = asyncio.Event()

    async def slow() -> None:
        await go_on.wait()

    gates, sending = gates_of_another_process(world), Sending(world, slow)
    task = await world.submit("leased")

    async def both_renewed() -> bool:
        of_task = await ask(world, "SELECT leased_until > now() FROM adapters.tasks WHERE id = :id", id=task)
        of_gate = await ask(world, "SELECT leased_until > now() FROM adapters.gates WHERE department = 'leased'")
        return bool(of_task and of_gate)

    async with another_process(world, gates, sending, renewal=0.05) as other:
        await other.look()
        await world.until(lambda: sending.sent == [task])
        await change(world, "UPDATE adapters.tasks SET leased_until = now() - interval '1s' WHERE id = :id", id=task)
        ended = "UPDATE adapters.gates SET leased_until = now() - interval '1s' WHERE department = 'leased'"
        await change(world, ended)
        await world.until(both_renewed)
        go_on.set()


class Department:
    """Takes every message."""

    name = "rest"

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def send(self, task: TaskOrder, dossier: DossierSource) -> Sent:
        self.heard.append("task")
        return Sent()

    async def supplement(self, supplement: TaskSupplement, dossier: DossierSource) -> None:
        self.heard.append("supplement")

    async def withdraw(self, task: TaskWithdrawal) -> None:
        self.heard.append("withdrawal")


class Only:
    def __init__(self, department: Department) -> None:
        self._department = department

    def of(self, code: str) -> Department:
        return self._department


@pytest.mark.parametrize("kind", ["task", "supplement", "withdrawal"])
async def test_every_message_waits_for_a_place(world: IsolationWorld, kind: str) -> None:
    gates, department = gates_of_another_process(world), Department()
    gate, order = gates.of("full"), world.order("full")
    channels = cast(Channels, Only(department))
    tasks = Tasks(Database(world.engine), cast(EventRelay, Told()), channels, gates, *cast(Any, (None, None)))
    if kind != "task":
        await world.submit_order(order)
        with_it = "UPDATE adapters.tasks SET state = 'sent', channel = 'rest', attempts = 1 WHERE id = :id"
        await change(world, with_it, id=order.key)
    sending: Coroutine[Any, Any, object] = {
        "task": lambda: tasks.submit(order),
        "supplement": lambda: tasks.supplement(supplement(order.case_no, order.step, "full")),
        "withdrawal": lambda: tasks.withdraw(withdrawal(order.case_no, order.step, "full")),
    }[kind]()
    async with gate.turn():
        waits = asyncio.create_task(sending)
        await world.until(lambda: bool(gate.places._waiters))
        assert department.heard == []
    await waits
    assert department.heard == [kind]


async def test_what_waited_for_a_place_while_its_task_was_taken_back_is_not_sent(world: IsolationWorld) -> None:
    go_on = asyncio.Event()

    inside: list[str] = []

    async def waits(told: dict[str, Any]) -> None:
        inside.append(told["task_id"])
        await go_on.wait()

    known = world.order("pair")
    task = await world.submit_order(known)

    async def is_there() -> bool:
        return (await world.tasks("pair"))[task]["state"] == "sent"

    await world.until(is_there)
    world.systems.fault["pair"] = waits
    try:
        others = [await world.submit("pair") for _ in range(2)]
        await world.until(lambda: len(inside) == 2)
        missed, back = supplement(known.case_no, known.step, "pair"), withdrawal(known.case_no, known.step, "pair")
        supplementing = asyncio.create_task(world.carry_out(names.ACTIVITY_SUPPLEMENT_TASK, missed, "pair"))

        async def stands_supplemented() -> bool:
            return (await world.tasks("pair"))[task]["seq"] == missed.events[0].seq

        await world.until(stands_supplemented)
        withdrawing = asyncio.create_task(world.carry_out(names.ACTIVITY_WITHDRAW_TASK, back, "pair"))

        async def is_taken_back() -> bool:
            return (await world.tasks("pair"))[task]["state"] == "withdrawn"

        await world.until(is_taken_back)
    finally:
        go_on.set()
    await asyncio.gather(supplementing, withdrawing)
    await world.until(lambda: set(others) <= set(world.systems.tasks_of("pair")))
    assert [kind for kind, told, _ in world.systems.heard["pair"] if told == task] == [
        "task.created",
        "task.withdrawn",
    ]


async def test_a_supplement_does_not_follow_a_withdrawal_that_came_while_its_dossier_was_fetched(
    world: IsolationWorld,
) -> None:
    gates, order = gates_of_another_process(world), world.order("full")
    gates.of("full").places = asyncio.Semaphore(2)

    class Reading(Department):
        async def supplement(self, supplement: TaskSupplement, dossier: DossierSource) -> None:
            await dossier()
            await super().supplement(supplement, dossier)

    class Dossiers:
        async def fetch(self, *_: object) -> None:
            await tasks.withdraw(withdrawal(order.case_no, order.step, "full"))

    department = Reading()
    around = (Database(world.engine), cast(EventRelay, Told()), cast(Channels, Only(department)), gates)
    tasks = Tasks(*around, *cast(Any, (Dossiers(), None)))
    await world.submit_order(order)
    with_it = "UPDATE adapters.tasks SET state = 'sent', channel = 'rest', attempts = 1 WHERE id = :id"
    await change(world, with_it, id=order.key)
    await tasks.supplement(supplement(order.case_no, order.step, "full"))
    assert department.heard == ["withdrawal"]


async def test_a_backlog_takes_places_like_everybody_else(world: IsolationWorld) -> None:
    gates, sending = gates_of_another_process(world), Sending(world)
    gate = gates.of("full")
    gate.behind = True
    task = await world.submit("full")
    async with another_process(world, gates, sending) as other:
        async with gate.turn():
            await other.look()
            await asyncio.sleep(0.1)
            assert sending.sent == []
        await world.until(lambda: sending.sent == [task])


@pytest.mark.parametrize("behind", [True, False])
async def test_a_process_that_stops_leaves_nothing_in_hand(world: IsolationWorld, behind: bool) -> None:
    """Nobody waits for the lease of what it was sending to end."""
    gates, sending = gates_of_another_process(world), Sending(world, asyncio.Event().wait)
    gates.of("left").behind = behind
    task = await world.submit("left")
    async with another_process(world, gates, sending) as other:
        running = asyncio.create_task(other.run())
        await world.until(lambda: sending.sent == [task])
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert not await ask(world, "SELECT leased_until > now() FROM adapters.tasks WHERE id = :id", id=task)
    await change(world, "DELETE FROM adapters.tasks WHERE id = :id", id=task)


async def test_a_message_gets_its_place_between_two_tasks_of_a_backlog(world: IsolationWorld) -> None:
    """Of a department that takes long for each: one that came later and had gone to the end of the line would give up
    before its turn, every time."""
    go_on, came = asyncio.Event(), list[int]()
    gates, sending = gates_of_another_process(world), Sending(world, go_on.wait)
    gate = gates.of("slow")
    gate.behind = False
    tasks = [await world.submit("slow") for _ in range(3)]

    async def supplement() -> None:
        async with gate.turn():
            came.append(len(sending.sent))

    async with another_process(world, gates, sending) as other:
        await other.look()
        await world.until(lambda: len(sending.sent) == 1)
        waits = asyncio.create_task(supplement())
        await world.until(lambda: bool(gate.places._waiters))
        go_on.set()
        await waits
    assert came == [1]
    assert sorted(sending.sent) == sorted(tasks)


async def test_a_time_a_department_asked_one_process_for_is_not_cut_short_by_another(world: IsolationWorld) -> None:
    """Which has a message under way, knows of it only with its next look, and had a failure of its own before."""
    asked, other = gates_of_another_process(world), gates_of_another_process(world)
    await other.failed("asks", Unavailable("500"))
    await asked.failed("asks", Unavailable("429", timedelta(seconds=60)))
    await other.succeeded("asks")
    await asked.refresh()
    assert asked.of("asks").circuit.wait > 50


async def test_what_somebody_has_in_hand_is_not_passed_by_those_behind_it(world: IsolationWorld) -> None:
    """It may fail there and wait again: then it is still the first. It may also have been left by a process that is
    gone: its lease ends."""
    received = datetime.now(UTC) - timedelta(hours=1)
    world.systems.fault["held"] = answers_500
    tasks = [await world.submit("held", received_at=received + timedelta(minutes=n)) for n in range(4)]

    async def all_wait() -> bool:
        found = await world.tasks("held")
        status = await world.status("held")
        return status["circuit"] != "closed" and all(found[task]["leased_until"] is None for task in tasks)

    await world.until(all_wait)
    await change(world, "UPDATE adapters.tasks SET leased_until = now() + interval '2s' WHERE id = :id", id=tasks[0])
    del world.systems.fault["held"]
    await world.until(lambda: len(world.systems.tasks_of("held")) == 4)
    assert world.systems.tasks_of("held") == tasks


async def test_whoever_has_lost_its_lease_leaves_the_backlog_to_the_other(world: IsolationWorld) -> None:
    """It does not take the backlog for worked off, and lets no newcomer pass."""

    async def another_takes_over() -> None:
        await change(
            world,
            "UPDATE adapters.gates SET leased_by = 'another', leased_until = now() + interval '60s'"
            " WHERE department = 'overtaken'",
        )

    gates, sending = gates_of_another_process(world), Sending(world, another_takes_over)
    gate = gates.of("overtaken")
    gate.behind = True
    first, _ = [await world.submit("overtaken") for _ in range(2)]
    async with another_process(world, gates, sending) as other:
        await other.look()
    assert sending.sent == [first]
    assert gate.behind


async def test_what_arrives_during_a_look_counts_as_waiting(
    world: IsolationWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look has seen nothing of it: newcomers would pass it until the next one."""
    gates, sending = gates_of_another_process(world), Sending(world)
    gate = gates.of("arriving")
    gate.behind = True
    order = world.order("arriving")
    seen = waiting.backlogs
    async with another_process(world, gates, sending) as other:
        handover = handover_of_another_process(world, other, gates)

        async def one_arrives_afterwards(executor: Any) -> Any:
            found = await seen(executor)
            await handover.take([order])
            return found

        monkeypatch.setattr(waiting, "backlogs", one_arrives_afterwards)
        await other.look()
        assert gate.behind
        monkeypatch.undo()
        await other.look()
        await world.until(lambda: sending.sent == [order.key])
