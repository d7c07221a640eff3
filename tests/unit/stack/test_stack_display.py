"""What the terminal tells to try is there, and can be read and copied where a terminal has eighty columns."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from lianban_sandbox.portal.cli import main as portal
from lianban_stack.display import PROCESS_ZH, PROGRESS_ZH, show_directions, status
from lianban_stack.ports import Ports
from lianban_stack.stack import Progress, Stack, Status
from lianban_stack.state import StateFolder
from lianban_stack.supervision import ProgramState


def shown(folder: Path) -> str:
    console = Console(width=80)
    with console.capture() as capture:
        show_directions(console, Stack(StateFolder(folder), Ports(sandbox_sftp=28022)))
    return capture.get()


def test_the_portals_commands_exist(tmp_path: Path) -> None:
    named = re.findall(r"lianban_sandbox\.portal ([a-z]+)", shown(tmp_path))
    assert named == ["file", "themes"]
    assert set(named) <= set(portal.commands)


def test_the_departments_folders_are_told_with_their_port(tmp_path: Path) -> None:
    [line] = [line for line in shown(tmp_path).splitlines() if "SFTP" in line]
    assert f"{tmp_path / 'sftp' / 'disks'}/<部门代码>/exchange" in line
    assert "28022" in line


def test_eighty_columns_are_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.executable", str(tmp_path / ".venv" / "bin" / "python"))
    lines = shown(tmp_path / ".state").splitlines()
    assert [line for line in lines if cell_len(line) > 80] == []
    assert [line for line in lines if line and not re.search(r"[\u4e00-\u9fff]", line) and line[0] != " "] == []


def test_a_command_is_whole_for_a_shell(tmp_path: Path) -> None:
    lines = re.sub(r"\\\n\s+", " ", shown(tmp_path)).splitlines()
    commands = [shlex.split(line) for line in lines if line.startswith("  ")]
    assert len(commands) == 9
    asked = ["curl", "-H", "Authorization: Bearer $T"]
    assert [*asked, "http://127.0.0.1:18001/v1/applications/<办件编号>"] in commands
    assert [*asked, "http://127.0.0.1:18002/v1/inbox/tasks"] in commands
    assert ["-m", "lianban_stack", "token", "--role", "operator", "--subject", "YW-001)"] in [
        words[1:] for words in commands
    ]


def test_every_progress_has_a_name() -> None:
    assert set(PROGRESS_ZH) == set(Progress)


def test_the_table_of_programs_is_chinese() -> None:
    console = Console(width=80)
    rows = [
        Status("intake 收件", ProgramState("intake", state, 4242, 0), ready=state == "RUNNING") for state in PROCESS_ZH
    ]
    with console.capture() as capture:
        console.print(status([*rows, Status("notify 通知送达", None, ready=False)]))
    text = capture.get()
    assert "程序" in text.splitlines()[0]
    assert all(name in text for name in PROCESS_ZH.values())
    assert not re.search("RUNNING|ready", text)
    assert text.count("未就绪") == len(PROCESS_ZH)
