"""The guide's examples of an exchange by files do what it says."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from adapters_files import DepartmentFolder, FolderServer, receipt
from adapters_world import CERTIFIED_STEP, World

from lianban.platform.webhooks import new_secret
from lianban_adapters.acts.schemas import CallbackAct
from lianban_adapters.acts.validation import parse
from lianban_adapters.channels.files.acts import act_of
from lianban_adapters.channels.files.layout import ACT, FOLDERS
from lianban_adapters.channels.files.manifest import read_manifest, sha256

DOCS = Path(__file__).parents[3] / "docs"
GUIDE = (DOCS / "departments.zh-CN.md").read_text(encoding="utf-8")
EXAMPLE = DOCS / "examples" / "files" / "20260303T102000-act-20260303-0001"


@pytest.fixture(scope="module")
def further_departments(server: tuple[FolderServer, dict[str, Any]]) -> dict[str, Any]:
    return {"archives": {"channel": "files", "secret": new_secret(), "files": server[1]}}


def block(language: str, part: str) -> str:
    found = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    [one] = [text for text in found if part in text]
    return str(one)


def shown_certificate() -> bytes:
    return (EXAMPLE / "household-register.pdf").read_bytes()


def write_batch() -> Any:
    names: dict[str, Any] = {}
    exec(compile(block("python", "def write_batch"), "guide", "exec"), names)
    return names["write_batch"]


async def test_the_batch_shown_is_written_and_taken(world: World, folder: DepartmentFolder) -> None:
    case = await world.start(CERTIFIED_STEP, department="archives")
    act = json.loads(block("json", '"stored_as"'))
    [result] = act["results"]
    stored_as = result["file"]["stored_as"]
    result["code"] = "licence"
    act["task_id"] = f"{case.id}:{CERTIFIED_STEP}"
    manifest = json.loads(block("json", '"batch"'))
    batch = manifest["batch"]
    assert batch.endswith(act["act_id"])
    write_batch()(folder.path, batch, act, {stored_as: shown_certificate()})
    written = json.loads((folder.path / "acts" / "new" / batch / "manifest.json").read_bytes())
    assert [(file["name"], file.keys()) for file in written["files"]] == [
        (file["name"], file.keys()) for file in manifest["files"]
    ]
    assert (await receipt(world, folder, batch))["status"] == "applied"


def test_a_batch_that_cannot_be_written_leaves_nothing_and_can_be_written_again(tmp_path: Path) -> None:
    (tmp_path / "acts" / "new").mkdir(parents=True)
    write, act = write_batch(), {"act_id": "a-1"}
    with pytest.raises(OSError, match="no-such-folder"):
        write(tmp_path, "batch-1", act, {"no-such-folder/x.pdf": b"x"})
    (tmp_path / "acts" / "new").rmdir()
    with pytest.raises(FileNotFoundError):
        write(tmp_path, "batch-1", act, {})
    assert list((tmp_path / "acts" / "tmp").iterdir()) == []
    (tmp_path / "acts" / "new").mkdir()
    write(tmp_path, "batch-1", act, {})
    assert [path.name for path in (tmp_path / "acts" / "new").iterdir()] == ["batch-1"]


async def test_the_reason_shown_is_what_stands_there(world: World, folder: DepartmentFolder, tmp_path: Path) -> None:
    case = await world.start(CERTIFIED_STEP, department="archives")
    act = json.loads(block("json", '"stored_as"')) | {"task_id": f"{case.id}:{CERTIFIED_STEP}"}
    batch = json.loads(block("json", '"batch"'))["batch"] + "-cut"
    (tmp_path / "acts" / "new").mkdir(parents=True)
    write_batch()(tmp_path, batch, act, {"household-register.pdf": shown_certificate()})
    written = tmp_path / "acts" / "new" / batch
    (written / "household-register.pdf").write_bytes(bytes(1000))
    written.rename(folder.path / "acts" / "new" / batch)
    assert (await receipt(world, folder, batch))["status"] == "quarantined"
    assert folder.reason(batch).replace("-cut", "") == block("text", "需要更正的地方")


def test_the_batch_shown_lies_beside_the_guide_and_holds() -> None:
    manifest = read_manifest((EXAMPLE / "manifest.json").read_bytes(), EXAMPLE.name, ACT)
    contents = {file.name: (EXAMPLE / file.name).read_bytes() for file in manifest.files}
    assert [(len(contents[file.name]), sha256(contents[file.name])) for file in manifest.files] == [
        (file.size, file.sha256) for file in manifest.files
    ]
    assert block("json", '"stored_as"').encode() == contents.pop(ACT)
    assert block("json", '"batch"').encode() == (EXAMPLE / "manifest.json").read_bytes()
    found = act_of((EXAMPLE / ACT).read_bytes(), contents)
    assert found.faults == ()
    assert parse(CallbackAct, found.act, datetime(2026, 4, 1, tzinfo=UTC)).results[0].file is not None


def test_every_folder_is_explained() -> None:
    assert [path for path in FOLDERS if f"`{path}/`" not in GUIDE] == []
