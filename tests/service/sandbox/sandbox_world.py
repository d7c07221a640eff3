"""A platform for the sandbox to call back that keeps what it is told, and the settings of a sandbox of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lianban.platform.webhooks import verify
from lianban_sandbox.settings import SandboxSettings

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


def sandbox_settings(folder: Path, platform: Platform, departments: dict[str, Any], **more: Any) -> SandboxSettings:
    """On free ports. ``departments``: entries of the directory, but for the secrets."""
    entries = {code: {"secret": platform.secrets[code], **entry} for code, entry in departments.items()}
    with (folder / "directory.yaml").open("w") as file:
        YAML(typ="safe").dump({"departments": entries, "supervisor": {}}, file)
    (folder / "courier.secret").write_text(platform.secrets["courier"] + "\n")
    (folder / "sms.key").write_text(SMS_KEY + "\n")
    (folder / "registries.key").write_text("registries-key\n")
    (folder / "licences.key").write_text("licences-key\n")
    return SandboxSettings(
        port_sandbox_departments=0,
        port_sandbox_courier=0,
        port_sandbox_sms=0,
        port_sandbox_smtp=0,
        port_sandbox_mail_records=0,
        port_sandbox_registries=0,
        port_sandbox_licences=0,
        port_sandbox_sftp=0,
        adapters_url=platform.url,
        notify_url=platform.url,
        directory_file=folder / "directory.yaml",
        courier_secret_file=folder / "courier.secret",
        sms_key_file=folder / "sms.key",
        registries_key_file=folder / "registries.key",
        licences_key_file=folder / "licences.key",
        sandbox_decision_seconds=0,
        sandbox_parcel_seconds=0.01,
        **more,
    )
