"""The sandbox on free ports, and a platform for it to call back that keeps what it is told."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lianban.platform.webhooks import new_secret, sign, verify
from lianban_sandbox.callbacks import Patience
from lianban_sandbox.settings import SandboxSettings
from lianban_sandbox.web import listen, serving, url
from lianban_sandbox.world import World, running

SMS_KEY = "sms-key"


@dataclass
class Platform:
    """Stands where adapters and notify would. ``answers`` are given first to last, then 200."""

    secrets: dict[str, str]
    url: str = ""
    answers: list[int] = field(default_factory=list)
    attempts: int = 0
    acts: list[dict[str, Any]] = field(default_factory=list)
    tracking: list[dict[str, Any]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def act(self, request: Request) -> Response:
        return await self._keep(request, self.secrets[request.path_params["department"]], self.acts, "act_id")

    async def track(self, request: Request) -> Response:
        return await self._keep(request, self.secrets["courier"], self.tracking, "event_id")

    async def until(self, true: Callable[[], bool]) -> None:
        """Waits until something that has arrived makes ``true`` so."""
        async with self.changed, asyncio.timeout(10):
            await self.changed.wait_for(true)

    async def _keep(self, request: Request, secret: str, kept: list[dict[str, Any]], key: str) -> Response:
        body = await request.body()
        message_id = verify(secret, request.headers, body)
        content = json.loads(body)
        assert content[key] == message_id
        async with self.changed:
            self.attempts += 1
            status = self.answers.pop(0) if self.answers else 200
            if status < 300:
                kept.append(content)
            self.changed.notify_all()
        return JSONResponse({"type": "urn:lianban:problem:test"} if status >= 400 else {"status": "applied"}, status)


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    made = Platform({"market": new_secret(), "health": new_secret(), "courier": new_secret()})
    routes = [
        Route("/v1/departments/{department}/acts", made.act, methods=["POST"]),
        Route("/v1/courier/tracking", made.track, methods=["POST"]),
    ]
    with contextlib.closing(listen("127.0.0.1", 0)) as bound:
        made.url = url(bound)
        async with serving((Starlette(routes=routes), bound)):
            yield made


@pytest.fixture
async def world(platform: Platform, tmp_path: Path) -> AsyncIterator[World]:
    departments = [f'  {code}: {{channel: inbox, secret: "{platform.secrets[code]}"}}' for code in ("market", "health")]
    (tmp_path / "directory.yaml").write_text("departments:\n" + "\n".join(departments) + "\nsupervisor: {}\n")
    (tmp_path / "courier.secret").write_text(platform.secrets["courier"] + "\n")
    (tmp_path / "sms.key").write_text(SMS_KEY + "\n")
    (tmp_path / "registries.key").write_text("registries-key\n")
    (tmp_path / "licences.key").write_text("licences-key\n")
    settings = SandboxSettings(
        port_sandbox_departments=0,
        port_sandbox_courier=0,
        port_sandbox_sms=0,
        port_sandbox_smtp=0,
        port_sandbox_mail_records=0,
        port_sandbox_registries=0,
        port_sandbox_licences=0,
        adapters_url=platform.url,
        notify_url=platform.url,
        directory_file=tmp_path / "directory.yaml",
        courier_secret_file=tmp_path / "courier.secret",
        sms_key_file=tmp_path / "sms.key",
        registries_key_file=tmp_path / "registries.key",
        licences_key_file=tmp_path / "licences.key",
        sandbox_decision_seconds=0,
        sandbox_parcel_seconds=0.01,
    )
    async with running(settings, Patience(attempts=4, first=0.01, longest=0.05)) as made:
        yield made


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        yield client


@dataclass
class Departments:
    """The platform's side of the departments' system, and its control."""

    base: str
    secrets: dict[str, str]
    http: httpx.AsyncClient

    async def send(
        self,
        step: str = "food-licence",
        *,
        department: str = "market",
        case: str = "C1",
        kind: str = "task.created",
        message_id: str | None = None,
        secret: str | None = None,
        kind_of_step: str = "DECIDE",
        **more: Any,
    ) -> httpx.Response:
        data = {"task_id": f"{case}:{step}", "case_no": case, "step": step, "step_name": "食品经营许可", "theme": "B4"}
        data["kind"] = kind_of_step
        content = {"type": kind, "timestamp": "2026-11-22T00:00:00Z", "data": data | {"matter": step, **more}}
        body = json.dumps(content, ensure_ascii=False).encode()
        own_id = message_id or (f"{case}:{step}" if kind == "task.created" else f"{case}:{step}:withdraw")
        headers = sign(secret or self.secrets[department], own_id, body)
        return await self.http.post(f"{self.base}/departments/{department}/tasks", content=body, headers=headers)

    async def order(self, path: str = "", method: str = "PUT", **content: Any) -> dict[str, Any]:
        response = await self.http.request(method, f"{self.base}/control/departments{path}", json=content)
        response.raise_for_status()
        return dict(response.json())

    async def records(self, **filters: str) -> list[dict[str, Any]]:
        response = await self.http.get(f"{self.base}/records/tasks", params=filters)
        return list(response.json()["items"])

    async def settled(self, state: str, **filters: str) -> dict[str, Any]:
        """The one task of those filters, as soon as it is in that state."""
        async with asyncio.timeout(10):
            while True:
                [task] = await self.records(**filters)
                if task["state"] == state:
                    return task
                await asyncio.sleep(0.01)


@pytest.fixture
def departments(world: World, platform: Platform, http: httpx.AsyncClient) -> Departments:
    return Departments(world.departments_url, platform.secrets, http)
