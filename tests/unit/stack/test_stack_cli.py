"""What ``make up`` says where there is nothing to start."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from lianban_stack import cli, display


def test_settings_edited_meanwhile_are_told_to_wait_for_the_next_start(monkeypatch: pytest.MonkeyPatch) -> None:
    running = SimpleNamespace(running=True, status=list)
    monkeypatch.setattr(cli, "_stack", lambda: running)
    monkeypatch.setattr(display, "show_directions", lambda *_: None)
    result = CliRunner().invoke(cli.main, ["up"])
    assert result.exit_code == 0
    assert "make down && make up 之后生效" in " ".join(result.output.split())
