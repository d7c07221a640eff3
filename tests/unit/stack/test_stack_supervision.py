"""The process runner's configuration says what was meant, whatever characters a path or a password holds."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest
from supervisor.datatypes import dict_of_key_value_pairs
from supervisor.options import UnhosedConfigParser

from lianban_stack.program import Program
from lianban_stack.state import StateFolder
from lianban_stack.supervision import SupervisionError, render

PATHS = ["plain", "with space", 'a "quoted" word', "it's", "50 % off", "back\\slash", "semi;colon", "天门", "a=b,c"]
VALUES = [
    "plain",
    "with space",
    '["http://127.0.0.1:1"]',
    "it's",
    "50 % off",
    "back\\slash",
    "天门",
    "a=b,c",
    "file:///x",
]


def section(program: Program) -> dict[str, str]:
    """The program's section as supervisor reads it, which takes %% for %."""
    parser = UnhosedConfigParser()
    parser.read_string(render(StateFolder(Path("/state")), [program]))
    return {key: value.replace("%%", "%") for key, value in parser["program:one"].items()}


def program(command: Sequence[str] = ("/bin/x",), **environment: str) -> Program:
    return Program("one", "One", command, lambda: True, 10, environment)


@pytest.mark.parametrize("path", PATHS)
def test_arguments_arrive_as_given(path: str) -> None:
    assert shlex.split(section(program(["/bin/x", path]))["command"]) == ["/bin/x", path]


@pytest.mark.parametrize("value", VALUES)
def test_the_environment_arrives_as_given(value: str) -> None:
    assert dict_of_key_value_pairs(section(program(A=value, B="c"))["environment"]) == {"A": value, "B": "c"}


@pytest.mark.parametrize("value", ["two\nlines", "a #comment", "a ;comment", "both ' and \" in it", '"quoted"'])
def test_what_would_arrive_changed_is_refused(value: str) -> None:
    with pytest.raises(SupervisionError):
        section(program(A=value))


def test_programs_start_when_told_and_again_when_they_end() -> None:
    found = section(program())
    assert (found["autostart"], found["autorestart"]) == ("false", "true")


def test_secrets_are_not_shown_with_a_program() -> None:
    assert "s3cret" not in repr(program(PASSWORD="s3cret"))
