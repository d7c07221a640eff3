"""Commands of other distributions: one that cannot be loaded disturbs no other."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import click
import pytest
from click.testing import CliRunner, Result

from lianban import cli
from lianban.commands.plugins import GROUP, added_commands


@click.command()
def greet() -> None:
    """问好。"""
    click.echo("好")


not_a_command = "text"


@pytest.fixture(autouse=True)
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    here = __name__
    points = {
        name: EntryPoint(name, value, GROUP)
        for name, value in {
            "greet": f"{here}:greet",
            "gone": "no_such_distribution.cli:command",
            "odd": f"{here}:not_a_command",
            "calendar": f"{here}:greet",
        }.items()
    }
    monkeypatch.setattr(cli, "added_commands", lambda: points)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, arguments)


def test_an_added_command_is_one_of_the_others() -> None:
    assert run("greet").output == "好\n"
    assert "greet     问好。" in run("--help").output


@pytest.mark.parametrize(
    ("name", "reason"),
    [("gone", "No module named 'no_such_distribution'"), ("odd", f"{__name__}:not_a_command 不是命令")],
)
def test_one_that_cannot_be_loaded_says_so_when_it_is_called(name: str, reason: str) -> None:
    result = run(name, "anything", "--at-all")
    assert result.exit_code == 1
    assert "无法加载" in result.output
    assert reason in result.output


def test_and_disturbs_no_other() -> None:
    shown = run("--help")
    assert shown.exit_code == 0
    assert "无法加载" in shown.output
    assert run("catalog", "--help").exit_code == 0


def test_nothing_of_our_own_is_replaced() -> None:
    assert "deadline" in run("calendar", "--help").output


def test_what_is_not_there_is_an_error() -> None:
    assert run("nothing").exit_code == 2


def test_the_rehearsal_is_registered() -> None:
    assert added_commands()["theme"].value == "lianban_rehearsal.cli:theme"
