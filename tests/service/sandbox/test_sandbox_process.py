"""`python -m lianban_sandbox` as the stack starts it: one process, settings from the environment."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import httpx

from lianban.platform.webhooks import new_secret, sign
from lianban_stack import network

SERVERS = ("DEPARTMENTS", "COURIER", "SMS", "MAIL_RECORDS", "REGISTRIES", "LICENCES", "SMTP")


def environment(folder: Path, ports: dict[str, int], platform: Any) -> dict[str, str]:
    (folder / "directory.yaml").write_text(
        f'departments:\n  market: {{channel: inbox, secret: "{platform.secrets["market"]}"}}\nsupervisor: {{}}\n'
    )
    (folder / "courier.secret").write_text(new_secret())
    for name in ("sms", "registries", "licences"):
        (folder / f"{name}.key").write_text("key")
    return {
        **os.environ,
        **{f"LIANBAN_PORT_SANDBOX_{name}": str(port) for name, port in ports.items()},
        "LIANBAN_ADAPTERS_URL": platform.url,
        "LIANBAN_SANDBOX_DECISION_SECONDS": "0",
        "LIANBAN_DIRECTORY_FILE": str(folder / "directory.yaml"),
        "LIANBAN_COURIER_SECRET_FILE": str(folder / "courier.secret"),
        "LIANBAN_SMS_KEY_FILE": str(folder / "sms.key"),
        "LIANBAN_REGISTRIES_KEY_FILE": str(folder / "registries.key"),
        "LIANBAN_LICENCES_KEY_FILE": str(folder / "licences.key"),
    }


async def test_the_process_serves_and_ends_on_a_signal(tmp_path: Path, http: httpx.AsyncClient, platform: Any) -> None:
    ports = dict(zip(SERVERS, network.free_ports(len(SERVERS)), strict=True))
    given = environment(tmp_path, ports, platform)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "lianban_sandbox", env=given, stderr=asyncio.subprocess.PIPE
    )
    try:
        for name in SERVERS[:-1]:
            await _live(http, ports[name], process)
        reader, writer = await asyncio.open_connection("127.0.0.1", ports["SMTP"])
        assert (await reader.readline()).startswith(b"220 ")
        writer.close()
        await writer.wait_closed()
        task = {"task_id": "C1:licence", "case_no": "C1", "step": "licence"}
        body = json.dumps({"type": "task.created", "data": task}).encode()
        address = f"http://127.0.0.1:{ports['DEPARTMENTS']}/departments/market/tasks"
        await http.post(address, content=body, headers=sign(platform.secrets["market"], "C1:licence", body))
        await platform.until(lambda: platform.acts)
        process.send_signal(signal.SIGTERM)
        _, said = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 0
        assert b"Traceback" not in said
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def _live(http: httpx.AsyncClient, port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(30):
        while process.returncode is None:
            try:
                response = await http.get(f"http://127.0.0.1:{port}/health/live")
            except httpx.ConnectError:
                await asyncio.sleep(0.05)
            else:
                assert response.json() == {"status": "ok"}
                return
    raise AssertionError("the sandbox ended at once")
