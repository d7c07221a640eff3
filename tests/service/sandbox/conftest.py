"""The sandbox on free ports, and a platform for it to call back that keeps what it is told."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandbox_world import Platform, sandbox_settings
from starlette.applications import Starlette
from starlette.routing import Route

from lianban.platform.serving import listen, serving
from lianban.platform.webhooks import new_secret, sign
from lianban_sandbox.callbacks import Patience
from lianban_sandbox.web import url
from lianban_sandbox.world import World, running


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
    settings = sandbox_settings(tmp_path, platform, {"market": {"channel": "inbox"}, "health": {"channel": "inbox"}})
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
