"""A department played by files: who gets in and what is seen, what the program takes and what it writes."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import httpx
import pytest
from sandbox_world import sandbox_settings

from lianban_sandbox.departments.sftp import CLIENT_KEY, HOST_KEY, new_keys
from lianban_sandbox.world import running

PASSWORD = "another-way-in"


@dataclass
class Folders:
    port: int
    base: str
    keys: Path
    http: httpx.AsyncClient

    @property
    def disk(self) -> Path:
        """The department's own."""
        return self.keys / "disks" / "market" / "exchange"

    def connection(self, user: str = "market", **more: Any) -> Any:
        known_hosts = new_keys(self.keys, "127.0.0.1", self.port)[1]
        options = {"client_keys": [self.keys / CLIENT_KEY], "known_hosts": asyncssh.import_known_hosts(known_hosts)}
        options |= {"username": user, "config": None, "agent_path": None, **more}
        return asyncssh.connect("127.0.0.1", self.port, **options)

    async def put(self, batch: str, message: dict[str, Any], **listed: Any) -> None:
        """As the platform does."""
        content = json.dumps(message).encode()
        entry = {"name": "task.json", "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), **listed}
        manifest = json.dumps({"batch": batch, "files": [entry]}).encode()
        async with self.connection() as connection, connection.start_sftp_client() as sftp:
            await sftp.makedirs(f"exchange/tasks/tmp/{batch}")
            await sftp.makedirs("exchange/tasks/new", exist_ok=True)
            for name, written in (("task.json", content), ("manifest.json", manifest)):
                async with sftp.open(f"exchange/tasks/tmp/{batch}/{name}", "wb") as file:
                    await file.write(written)
            await sftp.rename(f"exchange/tasks/tmp/{batch}", f"exchange/tasks/new/{batch}")

    async def records(self) -> list[dict[str, Any]]:
        return list((await self.http.get(f"{self.base}/records/tasks")).json()["items"])

    async def settled(self, state: str) -> dict[str, Any]:
        """The one task, as soon as it is in that state."""
        async with asyncio.timeout(10):
            while [task["state"] for task in await self.records()] != [state]:
                await asyncio.sleep(0.05)
        return (await self.records())[0]

    def answer(self, batch: Path, **receipt: Any) -> None:
        """As the platform does."""
        folder = self.disk / "acts"
        (folder / "receipts").mkdir(exist_ok=True)
        (folder / "done").mkdir(exist_ok=True)
        (folder / "receipts" / f".{batch.name}.tmp").write_text(json.dumps(receipt))
        batch.rename(folder / "done" / batch.name)
        (folder / "receipts" / f".{batch.name}.tmp").rename(folder / "receipts" / f"{batch.name}.json")


async def until(true: Any) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.05)


@pytest.fixture
async def folders(platform: Any, tmp_path: Path, http: httpx.AsyncClient) -> AsyncIterator[Folders]:
    keys = tmp_path / "sftp"
    key_file, known_hosts = new_keys(keys, "127.0.0.1", 22)
    files = {"host": "127.0.0.1", "known_hosts": known_hosts, "folder": "/exchange"}
    by_key = files | {"user": "market", "private_key_file": str(key_file)}
    by_password = files | {"user": "health", "password": PASSWORD}
    departments = {
        "market": {"channel": "files", "files": by_key},
        "health": {"channel": "files", "files": by_password},
    }
    async with running(sandbox_settings(tmp_path, platform, departments, sandbox_sftp_folder=keys)) as world:
        assert world.sftp_port is not None
        yield Folders(world.sftp_port, world.departments_url, keys, http)


def created(**more: Any) -> dict[str, Any]:
    results = [{"code": "licence", "name": "食品经营许可证", "deliverable": True}]
    data = {"task_id": "C1:licence", "case_no": "C1", "step": "licence", "step_name": "食品经营许可", "kind": "DECIDE"}
    return {"type": "task.created", "data": {**data, "theme": "B4", "results": results, **more}}


async def test_a_task_is_taken_and_its_act_is_a_batch(folders: Folders) -> None:
    await folders.put("C1.licence", created())
    new = folders.disk / "acts" / "new"
    await until(lambda: new.is_dir() and list(new.iterdir()))
    [batch] = new.iterdir()
    manifest = json.loads((batch / "manifest.json").read_bytes())
    assert manifest["batch"] == batch.name
    for file in manifest["files"]:
        content = (batch / file["name"]).read_bytes()
        assert (file["size"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    act = json.loads((batch / "act.json").read_bytes())
    [result] = act["results"]
    assert (batch / result["file"]["stored_as"]).read_bytes().startswith(b"%PDF")
    assert "content" not in result["file"]
    assert (folders.disk / "tasks" / "done" / "C1.licence" / "task.json").exists()
    assert (await folders.settled("calling"))["act"]["act_id"] == act["act_id"]
    folders.answer(batch, status="applied")
    assert (await folders.settled("answered"))["callback"] == {"attempts": 1, "status": 200, "problem": None}
    assert list((folders.disk / "acts" / "receipts").iterdir()) == []


@pytest.mark.parametrize(("status", "code"), [("refused", 409), ("quarantined", 422)])
async def test_an_act_that_is_not_wanted(folders: Folders, status: str, code: int) -> None:
    await folders.put("C1.licence", created())
    new = folders.disk / "acts" / "new"
    await until(lambda: new.is_dir() and list(new.iterdir()))
    [batch] = new.iterdir()
    folders.answer(batch, status=status, problem="step-not-open")
    task = await folders.settled("rejected")
    assert task["callback"] == {"attempts": 1, "status": code, "problem": "step-not-open"}


async def test_what_is_not_as_listed_is_put_aside_with_a_reason(folders: Folders) -> None:
    await folders.put("C1.licence", created(), sha256="0" * 64)
    await folders.put("C2.licence", {"type": "task.created", "data": {}})
    for name, manifest in (("C3.licence", "{"), ("C4.licence", '{"files": [{}]}'), ("C5.licence", '{"files": []}')):
        made = folders.disk / "tasks" / "tmp" / name
        made.mkdir()
        (made / "manifest.json").write_text(manifest)
        made.rename(folders.disk / "tasks" / "new" / name)
    aside = folders.disk / "tasks" / "quarantine"
    await until(lambda: aside.is_dir() and len(list(aside.iterdir())) == 10)
    assert (aside / "C1.licence.reason.txt").read_text(encoding="utf-8") == "task.json：与清单不符\n"
    assert await folders.records() == []


async def test_a_department_that_is_down_leaves_its_batches(folders: Folders) -> None:
    control = f"{folders.base}/control/departments/market"
    await folders.http.put(control, json={"mode": "down"})
    await folders.put("C1.licence", created())
    await asyncio.sleep(0.5)
    assert (folders.disk / "tasks" / "new" / "C1.licence").exists()
    assert await folders.records() == []
    await folders.http.put(control, json={"mode": "hold"})
    await folders.settled("held")


async def test_nobody_sees_the_disk_of_another(folders: Folders) -> None:
    await folders.put("C1.licence", created())
    options = {"password": PASSWORD, "client_keys": None}
    async with folders.connection("health", **options) as connection, connection.start_sftp_client() as sftp:
        assert await sftp.realpath("../../..") == "/"
        assert not await sftp.exists("/../market/exchange")
        assert not await sftp.exists("/exchange/tasks/new")


@pytest.mark.parametrize(
    ("user", "options"),
    [
        ("health", {}),
        ("nobody", {}),
        ("market", {"password": PASSWORD, "client_keys": None}),
        ("health", {"password": "wrong", "client_keys": None}),
        ("market", {"client_keys": [asyncssh.generate_private_key("ssh-ed25519")]}),
    ],
)
async def test_strangers_do_not_get_in(folders: Folders, user: str, options: dict[str, Any]) -> None:
    with pytest.raises(asyncssh.PermissionDenied):
        await folders.connection(user, **options)


def test_keys_are_made_once_and_for_nobody_else(tmp_path: Path) -> None:
    first, again = (new_keys(tmp_path / "sftp", "127.0.0.1", 18022) for _ in range(2))
    assert first == again
    assert first[1].startswith("[127.0.0.1]:18022 ssh-ed25519 ")
    for name in (HOST_KEY, CLIENT_KEY):
        assert stat.S_IMODE(os.stat(tmp_path / "sftp" / name).st_mode) == 0o600
