"""A kind of channel that somebody else's package brings: installed beside the service, named in the directory."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from adapters_small_case import SmallCase
from adapters_world import World, decision, withdrawal

from fixtures.catalogues import ROOT
from lianban.contracts.orders import TaskReceipt
from lianban.platform.webhooks import new_secret

EXAMPLE = ROOT / "docs" / "examples" / "channel-folder"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The example, built and installed into a folder of its own, that Python looks into."""
    source = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("source") / "channel")
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--target", str(target), str(source)], check=True, capture_output=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(target)
        yield target


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
def further_departments(installed: Path, shared: Path) -> dict[str, Any]:
    settings = {"folder": str(shared), "interval": 0.1}
    return {"archives": {"channel": "folder", "secret": new_secret(), "settings": settings}}


def written(folder: Path) -> list[dict[str, Any]]:
    """What is written to its end: until then it has another name."""
    return [json.loads(file.read_bytes()) for file in sorted(folder.glob("[!.]*"))]


async def receipt(world: World, shared: Path, name: str) -> dict[str, Any]:
    place = shared / "receipts" / name

    async def there() -> bool:
        return place.exists()

    await world.until(there)
    found: dict[str, Any] = json.loads(place.read_bytes())
    return found


async def test_a_task_goes_there_and_its_act_comes_back(world: World, shared: Path) -> None:
    case = await world.start("review", "other", department="archives")
    assert (await case.query(SmallCase.receipts))["review"] == TaskReceipt(channel="folder")
    messages = [m for m in written(shared / "tasks") if m["data"]["case_no"] == case.id]
    assert {(m["type"], m["data"]["step"]) for m in messages} == {("task.created", "review"), ("task.created", "other")}
    assert messages[0]["data"]["applicant"]["name"] == "王大明"
    acts = shared / "acts"
    acts.mkdir()
    (acts / "1.json").write_text("{", encoding="utf-8")
    (acts / "2.json").write_text(json.dumps(decision(case.id, "review")), encoding="utf-8")
    assert (await receipt(world, shared, "2.json"))["status"] == "applied"
    assert (await receipt(world, shared, "1.json"))["status"] == "quarantined"
    assert len(await case.query(SmallCase.acts)) == 1

    await case.signal(SmallCase.take_back, withdrawal(case.id, "other", "archives"))

    async def told() -> bool:
        return any(message["type"] == "task.withdrawn" for message in written(shared / "tasks"))

    await world.until(told)


async def test_operators_see_its_name(world: World) -> None:
    answer = await world.http.get("/v1/departments/status", headers=world.bearer("YW-001", "operator", None))
    assert {row["department"]: row["channel"] for row in answer.json()["departments"]}["archives"] == "folder"


def test_it_passes_its_own_tests(installed: Path) -> None:
    """In a process of its own, as its authors run them."""
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(EXAMPLE / "tests")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
