"""What the sandbox's departments write is what the platform takes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from lianban_adapters.acts.schemas import CallbackAct
from lianban_adapters.acts.validation import parse
from lianban_sandbox.departments import script
from lianban_sandbox.departments.behaviour import Behaviour, Extend, Mode, Stop, Supplement

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
TASK: dict[str, Any] = {
    "task_id": "429006B4202611220000001X:food-licence",
    "case_no": "429006B4202611220000001X",
    "step": "food-licence",
    "step_name": "食品经营许可",
    "kind": "DECIDE",
    "elements": {"operator_name": {}},
    "materials": [{"code": "lease"}],
    "results": [{"code": "food-permit", "name": "食品经营许可证", "deliverable": True}],
}
FIRST = (
    Supplement(act="request_supplement"),
    Stop(act="stop"),
    Extend(act="extend"),
)


def test_every_act_before_the_decision_is_well_formed() -> None:
    items = list(script.script_of("food-licence", Behaviour(first=FIRST)))
    acts = [script.write(item, TASK, "market", NOW, number) for number, item in enumerate(items)]
    assert [act["kind"] for act in acts] == ["request_supplement", "stop", "resume", "extend"]
    assert [parse(CallbackAct, act, NOW).kind for act in acts] == [act["kind"] for act in acts]
    assert acts == [script.write(item, TASK, "market", NOW, number) for number, item in enumerate(items)]
    assert len({act["act_id"] for act in acts}) == len(acts)


@pytest.mark.parametrize("mode", [Mode.GRANT, Mode.REFUSE, Mode.NOT_ACCEPT])
def test_every_decision_is_well_formed(mode: Mode) -> None:
    for step in ("food-licence", "acceptance"):
        act = script.decide({**TASK, "step": step}, "market", NOW, Behaviour(mode=mode))
        assert parse(CallbackAct, act, NOW).kind == act["kind"]
