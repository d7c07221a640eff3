"""The example in the departments' guide does what it says."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from adapters_world import World, decision
from pydantic_core import to_json

from lianban.platform.webhooks import sign

GUIDE = Path(__file__).parents[3] / "docs" / "departments.zh-CN.md"


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found.group(1)


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(block("python"), str(GUIDE), "exec"), names)
    return names


async def test_the_python_example_sends_an_act(world: World, example: dict[str, Any]) -> None:
    case = await world.start("review")
    act = decision(case.id, "review", reason="符合条件")
    platform = str(world.http.base_url).rstrip("/")
    status, answer = await asyncio.to_thread(example["send_act"], platform, "market", world.secrets["market"], act)
    assert (status, answer["status"]) == (200, "applied")
    status, answer = await asyncio.to_thread(example["send_act"], platform, "market", world.secrets["health"], act)
    assert (status, answer["type"]) == (401, "urn:lianban:problem:signature-invalid")


def test_the_python_example_knows_the_platforms_messages(world: World, example: dict[str, Any]) -> None:
    body = '{"type": "task.created", "data": {"step_name": "环节"}}'.encode()
    headers = sign(world.secrets["market"], "m-1", body)
    assert example["genuine"](world.secrets["market"], headers, body)
    assert not example["genuine"](world.secrets["market"], headers, body + b" ")
    assert not example["genuine"](world.secrets["health"], headers, body)


@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl", "openssl", "od"))), reason="needs curl and openssl")
async def test_the_curl_example_sends_an_act(world: World, tmp_path: Path) -> None:
    case = await world.start("review")
    act = decision(case.id, "review", act_id="act-20260302-0001", reason="符合条件")
    (tmp_path / "act.json").write_bytes(to_json(act, indent=1) + b"\n")
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-euc",
        block("bash"),
        cwd=tmp_path,
        env={
            "PATH": "/usr/bin:/bin",
            "SECRET": world.secrets["market"],
            "PLATFORM": str(world.http.base_url).rstrip("/"),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert b'"status":"applied"' in output, errors.decode()
