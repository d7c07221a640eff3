"""The conformance kit with files over SFTP: our sandbox's department conforms, and mistakes are named."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import shutil
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from adapters_files import DepartmentFolder, fill, served
from ruamel.yaml import YAML

from lianban.platform.directory import FilesSettings
from lianban.platform.serving import listen
from lianban.platform.webhooks import new_secret
from lianban_adapters.conformance.checks.model import Outcome, missed
from lianban_adapters.conformance.kit import Patience
from lianban_adapters.conformance.report import Report
from lianban_adapters.conformance.runner import Order, conform
from lianban_adapters.samples.tasks import Sampler
from lianban_sandbox.departments.sftp import new_keys
from lianban_sandbox.settings import SandboxSettings
from lianban_sandbox.world import running
from lianban_stack import network

FILES = ("courier_secret_file", "sms_key_file", "registries_key_file", "licences_key_file")
PORTS = ("departments", "courier", "sms", "smtp", "mail_records", "registries", "licences", "sftp")


async def report_of(settings: Mapping[str, Any], answer_timeout: float = 20.0) -> Report:
    with contextlib.closing(listen("127.0.0.1", 0)) as platform:
        url = f"http://127.0.0.1:{platform.getsockname()[1]}"
        files = FilesSettings.model_validate(settings)
        patience = Patience(acts=6.0, quiet=2.0)
        order = Order("archives", "files", "", "", url, patience, answer_timeout=answer_timeout, files=files)
        return await conform(order, platform)


def failed(report: Report) -> dict[str, str]:
    return {check.id: verdict.seen for check, verdict in report.found if verdict.outcome is Outcome.FAILED}


async def test_our_own_department_conforms(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_text(new_secret())
    key_file, known_hosts = new_keys(tmp_path / "sftp", "127.0.0.1", 22)
    files = {
        "host": "127.0.0.1",
        "user": "archives",
        "private_key_file": str(key_file),
        "known_hosts": known_hosts,
        "folder": "exchange",
    }
    entry = {"channel": "files", "secret": new_secret(), "files": files}
    with (tmp_path / "directory.yaml").open("w") as file:
        YAML(typ="safe").dump({"departments": {"archives": entry}, "supervisor": {}}, file)
    settings = SandboxSettings(
        directory_file=tmp_path / "directory.yaml",
        sandbox_decision_seconds=0,
        sandbox_sftp_folder=tmp_path / "sftp",
        **{name: tmp_path / name for name in FILES},
        **{f"port_sandbox_{name}": 0 for name in PORTS},
    )
    async with running(settings) as world:
        assert world.sftp_port is not None
        known_hosts = new_keys(tmp_path / "sftp", "127.0.0.1", world.sftp_port)[1]
        report = await report_of(files | {"port": world.sftp_port, "known_hosts": known_hosts})
    assert failed(report) == {}
    assert report.conforms
    outcomes = {check.id: verdict.outcome for check, verdict in report.found}
    for check in ("manifest-checked", "batch-finished", "batch-kept", "folder-usable", "withdrawn-first", "time-zone"):
        assert outcomes[check] is Outcome.PASSED


class Mistake(StrEnum):
    TRUSTS_ANYTHING = "trusts-anything"
    DELETES = "deletes"
    NEVER_FINISHES = "never-finishes"
    CUTS_OFF = "cuts-off"
    GBK = "gbk"
    OLD_ACT = "old-act"


EXPECTED = {
    Mistake.TRUSTS_ANYTHING: {"manifest-checked"},
    Mistake.DELETES: {"batch-kept"},
    Mistake.NEVER_FINISHES: {"batch-finished"},
    Mistake.CUTS_OFF: {"act-form"},
    Mistake.GBK: {"act-form", "chinese-intact"},
    Mistake.OLD_ACT: set[str](),  # of an aborted run: none of this one's
}


class Archives:
    """Looks into its folder as its programmer wrote by the guide, and makes one mistake on order."""

    def __init__(self, folder: DepartmentFolder, mistake: Mistake | None) -> None:
        self._folder = folder
        self._mistake = mistake
        self._known: set[str] = set()
        self._recalled: set[str] = set()

    async def run(self) -> None:
        new = self._folder.path / "tasks" / "new"
        if self._mistake is Mistake.OLD_ACT:
            (self._folder.path / "acts" / "new").mkdir(parents=True)
            self._write(Sampler("archives").task(1, datetime(2026, 3, 2, 1, tzinfo=UTC)).task_id, [])
        while True:
            for batch in sorted(new.iterdir()) if new.is_dir() else ():
                self._take(batch)
            await asyncio.sleep(0.05)

    def _take(self, batch: Path) -> None:
        manifest = json.loads((batch / "manifest.json").read_bytes())
        whole = all(
            hashlib.sha256((batch / file["name"]).read_bytes()).hexdigest() == file["sha256"]
            for file in manifest["files"]
        )
        if not whole and self._mistake is not Mistake.TRUSTS_ANYTHING:
            batch.rename(batch.parent.parent / "quarantine" / batch.name)
            return
        message = json.loads((batch / "task.json").read_bytes())
        if self._mistake is Mistake.DELETES:
            shutil.rmtree(batch)
        else:
            batch.rename(batch.parent.parent / "done" / batch.name)
        task = message["data"]["task_id"]
        if batch.name in self._known:
            return
        self._known.add(batch.name)
        if message["type"] == "task.withdrawn":
            self._recalled.add(task)
        elif message["type"] == "task.created" and task not in self._recalled:
            self._write(task, message["data"]["results"])

    def _write(self, task: str, expected: list[dict[str, Any]]) -> None:
        act_id = f"act-{hashlib.sha256(task.encode()).hexdigest()[:16]}"
        results = [{"code": one["code"], "name": one["name"]} for one in expected]
        for result, one in zip(results, expected, strict=True):
            if one["deliverable"]:
                result["file"] = {"name": "证.pdf", "media_type": "application/pdf", "stored_as": "permit.pdf"}
        act = {
            "act_id": act_id,
            "task_id": task,
            "kind": "decide",
            "decision": "granted",
            "actor": "human",
            "officer": "DA-0001",
            "reason": "符合条件。",
            "occurred_at": datetime.now(UTC).isoformat(),
            "results": results,
        }
        content = json.dumps(act, ensure_ascii=False).encode("gbk" if self._mistake is Mistake.GBK else "utf-8")
        files = {"permit.pdf": b"%PDF-1.4\n%%EOF\n"} if expected else {}
        made = self._folder.path / "acts" / "tmp" / act_id
        fill(made, act_id, content, files)
        if self._mistake is Mistake.NEVER_FINISHES:
            (made / "manifest.json").unlink()
        elif self._mistake is Mistake.CUTS_OFF:
            (made / "permit.pdf").write_bytes(b"%PDF")
        made.rename(self._folder.path / "acts" / "new" / act_id)


async def report_with(mistake: Mistake | None, root: Path) -> Report:
    async with served(root) as (_, settings):
        working = asyncio.create_task(Archives(DepartmentFolder(root / "exchange"), mistake).run())
        try:
            return await report_of(settings)
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


@pytest.fixture(scope="module")
async def reports(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Mistake | None, Report]:
    departments: tuple[Mistake | None, ...] = (None, *Mistake)
    folder = tmp_path_factory.mktemp("archives")
    found = await asyncio.gather(*(report_with(mistake, folder / str(mistake)) for mistake in departments))
    return dict(zip(departments, found, strict=True))


@pytest.mark.parametrize("mistake", [None, *Mistake])
def test_a_mistake_is_named_and_nothing_else(reports: Mapping[Mistake | None, Report], mistake: Mistake | None) -> None:
    report = reports[mistake]
    expected = EXPECTED[mistake] if mistake else set()
    assert set(failed(report)) == expected
    assert {check.id for check, verdict in report.found if missed(check, verdict)} >= expected
    assert report.conforms == (not expected)


def test_what_is_wrong_is_told_by_file(reports: Mapping[Mistake | None, Report]) -> None:
    assert "permit.pdf：清单写明 15 字节，实有 4 字节，可能没有传完" in failed(reports[Mistake.CUTS_OFF])["act-form"]
    assert "act.json# 应为 UTF-8 编码，收到的像是 GBK" in failed(reports[Mistake.GBK])["act-form"]
    assert len(reports[Mistake.OLD_ACT].evidence.leftovers) == 1


@pytest.fixture
async def idle(tmp_path: Path) -> AsyncIterator[tuple[Path, dict[str, Any]]]:
    """A server, and nobody at work in its folder."""
    async with served(tmp_path / "root") as (_, settings):
        yield tmp_path / "root" / "exchange", settings


async def test_a_task_that_nobody_takes_is_the_one_cause_and_taken_back(idle: tuple[Path, dict[str, Any]]) -> None:
    folder, settings = idle
    report = await report_of(settings, answer_timeout=1.0)
    assert set(failed(report)) == {"task-taken"}
    assert report.cause is not None
    assert "tasks/new" in report.cause.advice
    assert list((folder / "tasks" / "new").iterdir()) == []


@pytest.mark.parametrize("cut_off", ["while it is written", "when it is there"])
async def test_a_task_that_was_cut_off_is_taken_back(cut_off: str, tmp_path: Path) -> None:
    folder = tmp_path / "root" / "exchange" / "tasks"
    async with served(tmp_path / "root") as (server, settings):
        if cut_off == "while it is written":
            server.breaks_after = 100
        else:
            server.breaks_at = "tasks/new/"
        report = await report_of(settings)
        assert set(failed(report)) == {"task-taken"}
        assert [path for place in folder.iterdir() for path in place.iterdir()] == []


async def test_why_nobody_gets_in_is_told(idle: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    _, settings = idle
    other = asyncssh.generate_private_key("ssh-ed25519")
    other.write_private_key(tmp_path / "other.key")
    public = base64.b64encode(other.public_data).decode()
    [closed] = network.free_ports(1)
    (tmp_path / "folder").mkdir()
    secret = tmp_path / "secret.key"
    secret.write_bytes(other.export_private_key("pkcs8-pem", "secret"))
    wrong: dict[str, Mapping[str, Any]] = {
        "主机密钥与登记的不符": {"known_hosts": f"[127.0.0.1]:{settings['port']} ssh-ed25519 {public}"},
        "不接受登记的账号": {"private_key_file": str(tmp_path / "other.key")},
        "没有连上": {"port": closed},
    }
    unreadable = [{"private_key_file": str(path)} for path in (tmp_path / "nowhere.key", tmp_path / "folder", secret)]
    for told, change in (*wrong.items(), *(("私钥读不出来", change) for change in unreadable)):
        report = await report_of({**settings, **change}, answer_timeout=5.0)
        assert set(failed(report)) == {"task-taken"}
        assert report.cause is not None
        assert told in report.cause.seen
