"""The service as operators start it: migrate, run, stop; without Temporal too."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from lianban.platform.auth import TokenAuthority
from lianban.platform.crypto import Keyring
from lianban.platform.webhooks import new_secret


@pytest.fixture
def environment(
    postgres_url: Callable[..., str], tmp_path: Path, unused_tcp_port_factory: Callable[[], int]
) -> dict[str, str]:
    Keyring.generate().save(tmp_path / "keyring.json")
    TokenAuthority.generate().save(tmp_path / "tokens.json")
    (tmp_path / "secret").write_text(new_secret())
    (tmp_path / "directory.yaml").write_text("departments: {}\nsupervisor: {}\n")
    given = {
        "DATABASE_URL": postgres_url("notify"),
        "TEMPORAL_ADDRESS": f"127.0.0.1:{unused_tcp_port_factory()}",
        "PORT": str(unused_tcp_port_factory()),
        "OBJECTS_URL": f"file://{tmp_path}/objects",
        "KEYRING_FILE": f"{tmp_path}/keyring.json",
        "TOKEN_KEY_FILE": f"{tmp_path}/tokens.json",
        "DIRECTORY_FILE": f"{tmp_path}/directory.yaml",
        "INTAKE_URL": "http://127.0.0.1:1",
        "PUBLIC_URL": "http://127.0.0.1:1",
        "SMS_URL": "http://127.0.0.1:1",
        "SMS_KEY_FILE": f"{tmp_path}/secret",
        "COURIER_URL": "http://127.0.0.1:1",
        "COURIER_SECRET_FILE": f"{tmp_path}/secret",
    }
    return {**os.environ, **{f"LIANBAN_{name}": value for name, value in given.items()}}


async def start(module: str, environment: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, env=environment, stderr=asyncio.subprocess.PIPE
    )


async def test_migrate_run_and_stop_while_temporal_is_away(environment: dict[str, str]) -> None:
    migrate = await start("lianban_notify.migrate", environment)
    _, errors = await migrate.communicate()
    assert migrate.returncode == 0, errors.decode()
    service = await start("lianban_notify", environment)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{environment['LIANBAN_PORT']}") as client:
            ready = await answered(client, service)
            assert ready.json() == {"status": "ok", "checks": {"database": "ok"}}
            assert (await client.get("/v1/deliveries/1?name=王大明")).status_code == 401
    finally:
        service.send_signal(signal.SIGTERM)
        _, written = await asyncio.wait_for(service.communicate(), 30)
    assert service.returncode in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in written.decode().splitlines() if line.startswith("{")]
    assert {line["service"] for line in lines} == {"notify"}
    [access] = [line for line in lines if line.get("path", "").startswith("/v1/")]
    assert (access["path"], access["status"]) == ("/v1/deliveries/1", 401)
    assert "王大明" not in written.decode()


async def answered(client: httpx.AsyncClient, service: asyncio.subprocess.Process) -> httpx.Response:
    """The first answer of a service that has just been started."""
    while service.returncode is None:
        try:
            return await client.get("/health/ready")
        except httpx.ConnectError:
            await asyncio.sleep(0.1)
    raise AssertionError("the service ended")
