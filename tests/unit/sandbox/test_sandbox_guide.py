"""The departments' guide orders of the sandbox what the sandbox takes, for a step and materials of the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lianban.catalog.loader import load_catalog
from lianban.commands.situation import situation
from lianban_sandbox.departments.app import Release
from lianban_sandbox.departments.behaviour import Behaviour, Mode, Supplement

CLONE = Path(__file__).parents[3]
TRIAL = (CLONE / "docs" / "departments.zh-CN.md").read_text(encoding="utf-8").split("\n## 在本机试接\n")[1]


def ordered(path: str) -> tuple[str, str]:
    """What follows /control/departments/ in the example's address, and its body."""
    found = re.search(rf'/control/departments/({path})"[^{{]*-d \'\s*(\{{.*?\}})\'', TRIAL, re.DOTALL)
    assert found is not None
    return found[1], found[2]


def test_what_a_step_is_told_to_do_first_is_possible_for_it() -> None:
    path, body = ordered(r"[a-z-]+/steps/[a-z-]+")
    department, _, step = path.split("/")
    compilation = situation(load_catalog(CLONE / "catalog"), "B4", {}, None).compilation
    assert department == next(one.department for one in compilation.plan.steps if one.code == step)
    asked = [
        one
        for item in Behaviour.model_validate_json(body).first
        if isinstance(item, Supplement)
        for one in item.missing
    ]
    assert asked
    assert {one.material for one in asked} <= set(compilation.dossiers[step].materials)
    for command in asked:
        assert f"{step} --material {command.material}`" in TRIAL


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_a_department_is_brought_down(name: str) -> None:
    text = (CLONE / name).read_text(encoding="utf-8")
    found = re.search(r"/control/departments/market -d '(\{.*?\})'", text)
    assert found is not None
    assert Behaviour.model_validate_json(found[1]).mode is Mode.DOWN
    assert [mode for mode in Mode if f"`{mode}`" not in text] == []


def test_held_tasks_are_released() -> None:
    path, body = ordered(r"[a-z-]+/release")
    step = ordered(r"[a-z-]+/steps/[a-z-]+")[0].split("/")[2]
    assert path == "market/release"
    assert Release.model_validate_json(body).step == step
