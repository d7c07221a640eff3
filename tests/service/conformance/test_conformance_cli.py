"""What is asked wrongly of the kit is told in one line, and nothing is left behind."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lianban.platform.serving import listen
from lianban.platform.webhooks import new_secret
from lianban_adapters.cli import adapter
from lianban_adapters.samples.tasks import SAMPLE_FILE
from lianban_stack import network

HOST_KEY = "sftp.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA7rSV1Tqy3qwuoG0XnEhT1dCcYOvYCzPBqRFn2rb4mB"


def conform(folder: Path, *more: str, secret: str = "") -> Result:
    (folder / "secret").write_text(secret or new_secret())
    nowhere, own = network.free_ports(2)
    usual = {
        "--department": "market",
        "--endpoint": f"http://127.0.0.1:{nowhere}/tasks",
        "--secret-file": str(folder / "secret"),
        "--listen": f"127.0.0.1:{own}",
        "--wait": "1",
        "--quiet": "0.1",
    }
    given = dict(zip(more[::2], more[1::2], strict=True))
    arguments = [part for option in {**usual, **given}.items() for part in option]
    return CliRunner().invoke(adapter, ["conform", *arguments])


def test_a_department_that_is_not_there_does_not_conform(tmp_path: Path) -> None:
    result = conform(tmp_path, "--json", str(tmp_path / "report.json"))
    assert result.exit_code == 1
    assert "无法连接" in result.output
    assert "还不符合对接要求。" in result.output
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (report["conforms"], report["department"], report["kind"]) == (False, "market", "rest")
    assert "没有程序在监听" in report["cause"]["seen"]
    outcomes = {check["id"]: check["outcome"] for check in report["checks"]}
    assert (outcomes["task-taken"], outcomes["act-came"]) == ("failed", "unplayed")
    assert {message["reply"] for message in report["messages"]} == {"unavailable"}


@pytest.mark.parametrize(
    ("kind", "told", "called"),
    [
        ("rest", "接收办理动作", True),
        ("polling", "办理动作从那里取", False),
        ("staging", "办理动作从 lb_act 取", False),
    ],
)
def test_the_first_line_says_where_acts_are_looked_for(tmp_path: Path, kind: str, told: str, called: bool) -> None:
    url = "postgresql+asyncpg://nobody:x@127.0.0.1:9/none"
    (tmp_path / "url").write_text(url)
    secret = "" if kind == "rest" else "x" * 16
    result = conform(tmp_path, "--kind", kind, "--database-url-file", str(tmp_path / "url"), secret=secret)
    first, *others = result.output.splitlines()
    assert (told in first, "接收" in first) == (True, called)
    assert any(line.startswith("原因：") for line in others)


@pytest.mark.parametrize("secret", ["my-own-password", "whsec_", "whsec_***"], ids=["other", "none", "no-base64"])
def test_what_is_no_secret(tmp_path: Path, secret: str) -> None:
    result = conform(tmp_path, secret=secret)
    assert (result.exit_code, "不是签名密钥" in result.output) == (1, True)
    assert "password" not in result.output


def test_what_is_no_token(tmp_path: Path) -> None:
    result = conform(tmp_path, "--kind", "polling", secret="short")
    assert (result.exit_code, "不是令牌" in result.output) == (1, True)


@pytest.mark.parametrize("scheme", ["oracle", "postgresql+asyncpg"])
def test_what_is_no_database(tmp_path: Path, scheme: str) -> None:
    (tmp_path / "url").write_text(f"{scheme}://platform:open-sesame@db:port/exchange")
    result = conform(tmp_path, "--kind", "staging", "--database-url-file", str(tmp_path / "url"))
    assert (result.exit_code, "不是连接串" in result.output) == (1, True)
    assert "open-sesame" not in result.output


def test_what_does_not_go_with_a_kind(tmp_path: Path) -> None:
    result = conform(tmp_path, "--kind", "polling", "--endpoint", "http://tax.example/?a=1", secret="x" * 16)
    assert (result.exit_code, "不得含 ?" in result.output) == (1, True)
    (tmp_path / "url").write_text("postgresql+asyncpg://platform@db/exchange")
    more = ("--kind", "staging", "--database-url-file", str(tmp_path / "url"), "--db-schema", "a b")
    result = conform(tmp_path, *more)
    assert (result.exit_code, "--db-schema 应为" in result.output) == (1, True)
    (tmp_path / "token").write_text(" ")
    result = conform(tmp_path, "--material-token-file", str(tmp_path / "token"))
    assert (result.exit_code, "是空的" in result.output) == (1, True)


def test_each_kind_says_what_it_needs(tmp_path: Path) -> None:
    result = conform(tmp_path, "--kind", "staging")
    assert (result.exit_code, "--database-url-file" in result.output) == (2, True)
    result = CliRunner().invoke(adapter, ["conform", "--department", "market", "--kind", "polling"])
    assert (result.exit_code, "--endpoint 和 --secret-file" in result.output) == (2, True)


@pytest.mark.parametrize("address", ["0.0.0.0:18099", "[::]:18099"])
def test_an_address_that_leads_nowhere_from_elsewhere(tmp_path: Path, address: str) -> None:
    result = conform(tmp_path, "--listen", address)
    assert (result.exit_code, "--public-url" in result.output) == (2, True)


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with contextlib.closing(listen("127.0.0.1", 0)) as taken:
        taken.listen()
        result = conform(tmp_path, "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert (result.exit_code, "不能在" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--endpoint", "ftp://market"),
        ("--endpoint", "http://"),
        ("--endpoint", "http://["),
        ("--listen", "18099"),
        ("--listen", "127.0.0.1:99999"),
        ("--wait", "0"),
        ("--quiet", "nan"),
        ("--kind", "fax"),
    ],
)
def test_a_wrong_option(tmp_path: Path, option: str, value: str) -> None:
    result = conform(tmp_path, option, value)
    assert result.exit_code == 2
    assert option in result.output


def test_a_sample_task_of_ones_own(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE_FILE.parent / "files", tmp_path / "files")
    own = json.loads(SAMPLE_FILE.read_text(encoding="utf-8"))
    (tmp_path / "task.json").write_text(json.dumps({**own, "step": "own-step"}), encoding="utf-8")
    report = tmp_path / "report.json"
    conform(tmp_path, "--task", str(tmp_path / "task.json"), "--json", str(report))
    messages = json.loads(report.read_text(encoding="utf-8"))["messages"]
    assert all("own-step" in message["message_id"] for message in messages)


@pytest.mark.parametrize(
    "change", [{"theme": "小写"}, {"kind": "FAX"}, {"results": None}, {"materials": [{"code": "x"}]}, {"more": 1}]
)
def test_a_sample_task_that_is_none(tmp_path: Path, change: dict[str, object]) -> None:
    own = json.loads(SAMPLE_FILE.read_text(encoding="utf-8"))
    (tmp_path / "task.json").write_text(json.dumps(own | change), encoding="utf-8")
    result = conform(tmp_path, "--task", str(tmp_path / "task.json"))
    assert (result.exit_code, "样例任务的文件有误" in result.output) == (1, True)
    assert next(iter(change)) in result.output


def test_a_sample_task_whose_files_are_missing(tmp_path: Path) -> None:
    shutil.copy(SAMPLE_FILE, tmp_path / "task.json")
    result = conform(tmp_path, "--task", str(tmp_path / "task.json"))
    assert (result.exit_code, "无法读取样例任务的文件" in result.output) == (1, True)


def test_a_report_that_cannot_be_written(tmp_path: Path) -> None:
    result = conform(tmp_path, "--json", str(tmp_path / "nowhere" / "report.json"))
    assert (result.exit_code, "报告没有写入" in result.output) == (1, True)


def test_samples_are_written_and_written_again(tmp_path: Path) -> None:
    for _ in range(2):
        result = CliRunner().invoke(adapter, ["samples", "--out", str(tmp_path / "samples")])
        assert result.exit_code == 0
    assert f"写出 {len(list((tmp_path / 'samples').glob('*.json')))} 份" in result.output
    (tmp_path / "file").write_text("")
    assert CliRunner().invoke(adapter, ["samples", "--out", str(tmp_path / "file" / "x")]).exit_code == 1


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("host: [", "不是 YAML"),
        ("- host", "有误的：整个文件"),
        ("# nothing", "有误的：整个文件"),
        ("{host: sftp.example, user: lianban, known_hosts: nonsense}", "有误的：known_hosts"),
        (f"{{host: sftp.example, user: lianban, known_hosts: '{HOST_KEY}'}}", "private_key_file 和 password 须写一个"),
        (f"{{host: sftp.example, user: lianban, known_hosts: '{HOST_KEY}', password: a, more: 1}}", "有误的：more"),
    ],
)
def test_settings_of_a_folder_that_are_none(tmp_path: Path, settings: str, told: str) -> None:
    (tmp_path / "files.yaml").write_text(settings)
    result = conform(tmp_path, "--kind", "files", "--files-settings", str(tmp_path / "files.yaml"))
    assert (result.exit_code, told in result.output) == (1, True), result.output


def test_a_folder_needs_settings(tmp_path: Path) -> None:
    result = conform(tmp_path, "--kind", "files")
    assert (result.exit_code, "--kind files 须给出 --files-settings" in result.output) == (2, True)
