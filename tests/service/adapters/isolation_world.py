"""Departments with systems of their own behind the adapters, each to be made to fail, and what they heard in order."""

from __future__ import annotations

import asyncio
import json
import socket
import time
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, cast

import httpx
from adapters_outside import Intake, serving
from adapters_world import order
from fastapi import FastAPI, Request, Response
from ruamel.yaml import YAML
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from fixtures.described import as_described
from lianban.clock.deadlines import SHANGHAI
from lianban.contracts import names
from lianban.contracts.orders import TaskOrder, TaskOrders
from lianban.platform.auth import Role, TokenAuthority
from lianban.platform.crypto import Keyring
from lianban.platform.database import Database, create_engine
from lianban.platform.directory import load_directory
from lianban.platform.relay import EventRelay
from lianban.platform.temporal import make_worker
from lianban.platform.webhooks import new_secret, sign
from lianban_adapters.app import create_app
from lianban_adapters.channels.registry import Channels
from lianban_adapters.isolation.gates import Gates
from lianban_adapters.isolation.handover import Handover
from lianban_adapters.isolation.queue import WaitingTasks
from lianban_adapters.settings import AdapterSettings

_HOUR = (datetime.now(UTC).astimezone(SHANGHAI).hour + 12) % 22
SHUT = {"opens": f"{_HOUR:02}:00", "closes": f"{_HOUR + 1:02}:00", "working_days_only": False}
"""Half a day away from now."""

CIRCUIT = {"failures": 3, "share": 0.5, "window": 20, "pause": 0.5, "longest": 1.0}


class Systems:
    """One server for all of them, a path for each. ``fault``: what it does instead of taking a message."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.fault: dict[str, Callable[[dict[str, Any]], Any]] = {}
        self.heard: dict[str, list[tuple[str, str, float]]] = defaultdict(list)
        self.refused: dict[str, int] = defaultdict(int)

        @self.app.post("/{department}/tasks")
        async def take(department: str, request: Request) -> Any:
            message = json.loads(await request.body())
            if fault := self.fault.get(department):
                answer = fault(message["data"])
                answer = await answer if asyncio.iscoroutine(answer) else answer
                if answer is not None:
                    self.refused[department] += 1
                    return answer
            self.heard[department].append((message["type"], message["data"]["task_id"], time.monotonic()))
            return {}

    def tasks_of(self, department: str) -> list[str]:
        return [task for kind, task, _ in self.heard[department] if kind == "task.created"]


def answers_500(_task: dict[str, Any]) -> Response:
    return Response(status_code=500)


async def hangs(_task: dict[str, Any]) -> Response:
    await asyncio.sleep(3)
    return Response(status_code=200)


@dataclass
class IsolationWorld:
    temporal: Client
    systems: Systems
    intake: Intake
    authority: TokenAuthority
    secrets: dict[str, str]
    engine: AsyncEngine
    settings: AdapterSettings
    http: list[httpx.AsyncClient] = field(default_factory=list)

    async def submit(self, department: str, *, received_at: datetime | None = None, step: str = "review") -> str:
        """A task on its way to the department; its id."""
        return await self.submit_order(self.order(department, received_at=received_at, step=step))

    def order(self, department: str, *, received_at: datetime | None = None, step: str = "review") -> TaskOrder:
        new = order(f"429006E1-{uuid.uuid4().hex[:12]}", step, department)
        return new.model_copy(update={"received_at": received_at or new.received_at})

    async def submit_order(self, new: TaskOrder) -> str:
        await self.temporal.execute_activity(
            names.ACTIVITY_SUBMIT_TASKS,
            TaskOrders(tasks=(new,)),
            id=f"submit-{new.key}",
            task_queue=names.QUEUE_DEPARTMENTS,
            start_to_close_timeout=timedelta(seconds=30),
        )
        return names.task_id(new.case_no, new.step)

    async def carry_out(self, activity: str, argument: Any, department: str) -> None:
        await self.temporal.execute_activity(
            activity,
            argument,
            id=f"{activity}-{argument.key}",
            task_queue=names.department_queue(department),
            start_to_close_timeout=timedelta(seconds=30),
        )

    async def callback(self, department: str, act: dict[str, Any]) -> httpx.Response:
        body = json.dumps(act).encode()
        headers = {"content-type": "application/json", **sign(self.secrets[department], act["act_id"], body)}
        return await self.http[0].post(f"/v1/departments/{department}/acts", content=body, headers=headers)

    async def tasks(self, department: str) -> dict[str, dict[str, Any]]:
        query = text("SELECT * FROM adapters.tasks WHERE department = :department")
        async with self.engine.connect() as connection:
            rows = (await connection.execute(query, {"department": department})).mappings()
            return {row["id"]: dict(row) for row in rows}

    def bearer(self, subject: str = "OP-1", role: Role = "operator", department: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.authority.issue(subject, (role,), department)}"}

    async def status(self, department: str) -> dict[str, Any]:
        answer = await self.http[-1].get("/v1/departments/status", headers=self.bearer())
        assert answer.status_code == 200
        return {one["department"]: one for one in answer.json()["departments"]}[department]

    async def until(self, true: Callable[[], Any], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while True:
            answer = true()
            if await answer if asyncio.iscoroutine(answer) else answer:
                return
            assert time.monotonic() < end, "did not come about"
            await asyncio.sleep(0.05)


def write_directory(path: Path, departments: dict[str, dict[str, Any]], base: str) -> dict[str, str]:
    """Secrets by department. An entry need only say what is special about it."""
    entries = {
        code: {
            "channel": "rest",
            "endpoint": f"{base}/{code}/tasks",
            "secret": new_secret(),
            "circuit": CIRCUIT,
            **entry,
        }
        for code, entry in departments.items()
    }
    with path.open("w") as file:
        YAML(typ="safe", pure=True).dump({"departments": entries, "supervisor": {}}, file)
    return {code: str(entry["secret"]) for code, entry in entries.items()}


@asynccontextmanager
async def outside(authority: TokenAuthority) -> AsyncIterator[tuple[Intake, str, Systems, str]]:
    """Intake and departments' systems with their addresses."""
    intake, systems = Intake(authority), Systems()
    async with AsyncExitStack() as stack:
        intake_url = await stack.enter_async_context(serving(intake.app))
        systems_url = await stack.enter_async_context(serving(systems.app))
        yield intake, intake_url, systems, systems_url


def settings_for(
    folder: Path, url: str, temporal: str, intake: str, keyring: Keyring, authority: TokenAuthority, **more: Any
) -> AdapterSettings:
    keyring.save(folder / "keyring.json")
    authority.save(folder / "tokens.json")
    return AdapterSettings(
        database_url=url,
        temporal_address=temporal,
        port=0,
        objects_url=f"file://{folder}/objects",
        keyring_file=folder / "keyring.json",
        token_key_file=folder / "tokens.json",
        directory_file=folder / "directory.yaml",
        intake_url=intake,
        public_url="https://lianban.example",
        update_timeout=2.0,
        send_timeout=1.0,
        **more,
    )


class Adapters(Protocol):
    """:func:`adapters_of`, on the servers of the test session and a database of the module's own."""

    def __call__(
        self, departments: dict[str, dict[str, Any]], processes: int = 1
    ) -> AbstractAsyncContextManager[IsolationWorld]: ...


@asynccontextmanager
async def adapters_of(
    departments: dict[str, dict[str, Any]],
    folder: Path,
    url: str,
    temporal: tuple[str, Client],
    keyring: Keyring,
    processes: int = 1,
) -> AsyncIterator[IsolationWorld]:
    """So many processes' worth of adapters on one database, each with a client in ``http``, and the intake's part of
    Temporal."""
    address, client = temporal
    authority = TokenAuthority.generate()
    async with AsyncExitStack() as stack:
        intake, intake_url, systems, systems_url = await stack.enter_async_context(outside(authority))
        secrets = write_directory(folder / "directory.yaml", departments, systems_url)
        recording = make_worker(client, names.QUEUE_INTAKE, activities=[intake.record_events])
        await stack.enter_async_context(recording)
        settings = settings_for(folder, url, address, intake_url, keyring, authority)
        engine = create_engine(url)
        stack.push_async_callback(engine.dispose)
        made = IsolationWorld(client, systems, intake, authority, secrets, engine, settings)
        for _ in range(processes):
            app = create_app(settings)
            base = await stack.enter_async_context(serving(app))
            client_of = httpx.AsyncClient(base_url=base, timeout=30, event_hooks=as_described(app))
            made.http.append(await stack.enter_async_context(client_of))
        yield made


def dead_port() -> int:
    """Where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Told:
    def wake(self) -> None: ...


class AllRest:
    def of(self, department: str) -> Any:
        return type("Rest", (), {"name": "rest"})


def gates_of_another_process(world: IsolationWorld) -> Gates:
    """All departments are at work."""
    gates = Gates(load_directory(world.settings.directory_file), None, Database(world.engine))
    for gate in gates:
        gate.behind, gate.schedule = False, None
    return gates


def handover_of_another_process(world: IsolationWorld, waiting: object, gates: Gates | None = None) -> Handover:
    """``waiting`` settles what is in hand."""
    database, gates = Database(world.engine), gates or gates_of_another_process(world)
    relay, channels = cast(EventRelay, Told()), cast(Channels, AllRest())
    return Handover(database, relay, channels, gates, cast(WaitingTasks, waiting))
