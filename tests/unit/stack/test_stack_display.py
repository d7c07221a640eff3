"""What the terminal tells to try is there."""

from __future__ import annotations

import re
from pathlib import Path

from rich.console import Console

from lianban_sandbox.portal.cli import main as portal
from lianban_stack.display import directions
from lianban_stack.ports import Ports
from lianban_stack.stack import Stack
from lianban_stack.state import StateFolder


def shown(folder: Path) -> str:
    console = Console(width=400)
    with console.capture() as capture:
        console.print(directions(Stack(StateFolder(folder), Ports(sandbox_sftp=28022))))
    return capture.get()


def test_the_portals_commands_exist(tmp_path: Path) -> None:
    named = re.findall(r"lianban_sandbox\.portal ([a-z]+)", shown(tmp_path))
    assert named == ["file", "themes"]
    assert set(named) <= set(portal.commands)


def test_the_departments_folders_are_told_with_their_port(tmp_path: Path) -> None:
    [line] = [line for line in shown(tmp_path).splitlines() if "SFTP" in line]
    assert f"{tmp_path / 'sftp' / 'disks'}/<department>/exchange" in line
    assert "28022" in line
