"""The example departments of the quick start conform, started and tested by its commands."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from lianban.platform.webhooks import new_secret
from lianban_stack import network

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
TOKEN = "sample-material-token"


@contextlib.asynccontextmanager
async def department(command: list[str], folder: Path, platform: int, own: int) -> AsyncIterator[None]:
    given = {
        **os.environ,
        "PLATFORM": f"http://127.0.0.1:{platform}",
        "DEPARTMENT": "market",
        "SECRET_FILE": str(folder / "secret"),
        "TOKEN": TOKEN,
        "PORT": str(own),
        "DATA": str(folder / "data"),
    }
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=given, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(20):
            while process.returncode is None and not await _listens(own):
                await asyncio.sleep(0.05)
        assert process.returncode is None
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def conform(folder: Path, platform: int, own: int) -> tuple[int | None, str, dict[str, Any]]:
    """Exit code, what was printed, the report."""
    (folder / "token").write_text(TOKEN)
    command = [Path(sys.executable).parent / "lianban", "adapter", "conform", "--department", "market"]
    options = {
        "--endpoint": f"http://127.0.0.1:{own}/tasks",
        "--secret-file": folder / "secret",
        "--listen": f"127.0.0.1:{platform}",
        "--material-token-file": folder / "token",
        "--wait": 8,
        "--quiet": 4,
        "--json": folder / "report.json",
    }
    arguments = [str(part) for option in options.items() for part in option]
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        *arguments,
        "--acceptance",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode(), json.loads((folder / "report.json").read_text(encoding="utf-8"))


async def passes(command: list[str], folder: Path) -> None:
    (folder / "secret").write_text(new_secret() + "\n")
    platform, own = network.free_ports(2)
    async with department(command, folder, platform, own):
        code, said, report = await conform(folder, platform, own)
    assert code == 0, said
    assert "符合对接要求。" in said
    assert "Traceback" not in said
    outcomes = {check["id"]: check["outcome"] for check in report["checks"]}
    assert {check for check, outcome in outcomes.items() if outcome != "passed"} == {"answer-acts"}


async def test_the_department_in_python(tmp_path: Path) -> None:
    await passes([sys.executable, str(EXAMPLES / "department-python" / "department.py")], tmp_path)


@pytest.mark.skipif(not all(map(shutil.which, ("node", "npm"))), reason="needs node and npm")
async def test_the_department_in_node(tmp_path: Path) -> None:
    for name in ("department.js", "package.json"):
        shutil.copy(EXAMPLES / "department-node" / name, tmp_path)
    npm = ["npm", "install", "--no-audit", "--no-fund", "--no-update-notifier", "--fetch-retries=0"]
    installed = await asyncio.to_thread(subprocess.run, npm, cwd=tmp_path, capture_output=True, timeout=50, check=False)
    if installed.returncode:
        pytest.skip("npm cannot install its one package here")
    await passes(["node", "department.js"], tmp_path)


@pytest.mark.parametrize("example", ["department-python/department.py", "department-node/department.js"])
def test_an_example_is_short(example: str) -> None:
    assert len((EXAMPLES / example).read_text(encoding="utf-8").splitlines()) <= 150
