"""Ports: defaults, the environment, and values that are none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lianban_stack.ports import PortInvalidError, Ports


def test_defaults_differ_from_one_another() -> None:
    ports = Ports().as_dict()
    assert len(set(ports.values())) == len(ports)


def test_a_variable_sets_its_port_and_no_other() -> None:
    ports = Ports.from_environment({"LIANBAN_PORT_TEMPORAL_UI": "9000", "LIANBAN_PORT_INTAKE": ""})
    assert ports == Ports(temporal_ui=9000)


@pytest.mark.parametrize("value", ["0", "65536", "-1", "http", "8_0", "²"])
def test_what_is_no_port_is_refused_by_the_name_of_its_variable(value: str) -> None:
    with pytest.raises(PortInvalidError, match="LIANBAN_PORT_NOTIFY"):
        Ports.from_environment({"LIANBAN_PORT_NOTIFY": value})


def test_every_fault_of_the_environment_is_told_at_once() -> None:
    with pytest.raises(PortInvalidError) as refused:
        Ports.from_environment(
            {
                "LIANBAN_PORT_SMTP": "9000",
                "LIANBAN_PORT_NOTIFY": "x",
                "LIANBAN_PORT_INTAKE": "18002",
                "LIANBAN_PORT_TEMPORAL": "9001",
            }
        )
    unknown, known, invalid, shared = str(refused.value).splitlines()
    assert unknown == "没有 LIANBAN_PORT_SMTP 这个名称"
    assert "LIANBAN_PORT_SANDBOX_SMTP" in known
    assert invalid == "LIANBAN_PORT_NOTIFY=x 不是端口号"
    assert shared == "LIANBAN_PORT_INTAKE、LIANBAN_PORT_ADAPTERS 同为 18002，请各选一个"


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_lists_every_port(readme: str) -> None:
    text = (Path(__file__).parents[3] / readme).read_text(encoding="utf-8")
    [listed] = re.findall(r"`(POSTGRES [^`{]*)\bSANDBOX_\{([A-Z_,]+)\}`", text)
    names = [*listed[0].split(), *(f"SANDBOX_{name}" for name in listed[1].split(","))]
    assert sorted(names) == sorted(name.upper() for name in Ports().as_dict())
