"""What click says by itself is Chinese, whichever command it is about; exit codes are click's."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from click import core, decorators, exceptions, formatting, parser, termui, types
from click.testing import CliRunner

from lianban.cli import main
from lianban.commands.chinese import TEXTS

DEVELOPERS = {
    "DeprecationWarning: The command {name!r} is deprecated.{extra_message}",
    "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}",
    "Could not determine name for option with declarations {decls!r}",
    "No options defined but a name was passed ({name}). Did you mean to declare an argument instead? Did you mean to "
    "pass '--{name}'?",
    "Arguments take exactly one parameter declaration, got {length}: {decls}.",
    "Name '{name}' defined twice",
    "Boolean option {decl!r} cannot use the same flag for true/false.",
    "Invalid start character for option ({option})",
    "Choice({choices})",
    "Unknown color {colour!r}",
}
"""What click says to whoever defines a command wrongly."""


def test_everything_click_may_say_has_a_text() -> None:
    modules = (core, decorators, exceptions, formatting, parser, termui, types)
    said = {message for module in modules for message in _messages(module)}
    assert len(said) >= 70
    assert said - TEXTS.keys() == DEVELOPERS
    assert TEXTS.keys() - said == {"required"}  # of a variable, in brackets behind an option


@pytest.mark.parametrize("message", TEXTS)
def test_a_text_says_nothing_that_is_not_known(message: str) -> None:
    assert set(re.findall(r"\{\w+|%\(\w+", TEXTS[message])) <= set(re.findall(r"\{\w+|%\(\w+", message))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["catalogue"], "错误：没有命令 'catalogue' （是否指 'catalog'？）"),
        (["catalog", "show"], "错误：缺少参数 'THEME'."),
        (["catalog", "show", "B4", "--fodler", "x"], "错误：没有选项 '--fodler' （是否指 '--folder'？）"),
        (["catalog", "check", "a", "b"], "错误：多出了参数（b）"),
        (
            ["adapter", "switch", "--department", "market", "--to", "away"],
            "错误：'--to' 的取值有误：应为 'inbox', 'own' 之一，不是 'away'",
        ),
        (["adapter", "switch"], "错误：缺少选项 '--department'."),
        (["theme", "rehearse", "E1", "--runs", "many"], "错误：'--runs' 的取值有误：'many' 不是所要的数"),
        (["exchange", "reconcile", "-x"], "错误：没有选项 '-x'"),
    ],
)
def test_an_error_is_told_in_chinese(arguments: list[str], told: str) -> None:
    result = CliRunner(env={"LIANBAN_ADAPTERS_URL": "", "LIANBAN_TOKEN": ""}).invoke(
        main, arguments, prog_name="lianban"
    )
    assert result.exit_code == 2
    usage, hint, *_, last = result.output.splitlines()
    assert usage.startswith("用法： lianban ")
    assert hint.startswith("用法详见 lianban")
    assert last == told


def test_a_failure_is_told_in_chinese(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["catalog", "show", "Z9", "--folder", str(tmp_path)])
    assert result.exit_code == 1
    assert result.output.startswith("错误：")


def test_help_is_chinese() -> None:
    lines = CliRunner().invoke(main, ["catalog", "publish", "--help"]).output.splitlines()
    assert lines[0].startswith("用法：")
    assert "选项:" in lines
    assert any("显示本说明" in line for line in lines)
    assert any("[必填]" in line for line in lines)


def _messages(module: ModuleType) -> Iterator[str]:
    """Literals given to click's two functions."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext"):
            for argument in node.args[: 1 if node.func.id == "_" else 2]:
                if isinstance(argument, ast.Constant):
                    yield argument.value
