"""Whoever watches the demonstration reads whom a case waits for, for what, and until when."""

from __future__ import annotations

from typing import Any

import pytest

from lianban.catalog.terms import StepKind
from lianban.contracts.status import CASE_STATUS_ZH, CLOSED, CaseStatus, DeliveryState
from lianban_stack.demo.waiting import awaited

NAMES = {"market": "市场监管局", "housing": "住建局"}
STOPS = [{"reason": "特别程序：检测", "began": "2026-03-02", "planned": "2026-03-05", "ended": None}]


def step(state: str, department: str = "market", due: str | None = "2026-03-06", **more: Any) -> dict[str, Any]:
    dates = {"promised": due} if due else None
    known = {"name": "食品经营许可", "kind": "approve", "department": department, "state": state, "due": dates}
    return {**known, "clock": None, **more}


def case(status: CaseStatus, *steps: dict[str, Any], delivery: str | None = None) -> dict[str, Any]:
    return {
        "status": status.value,
        "status_zh": CASE_STATUS_ZH[status],
        "steps": list(steps),
        "delivery": {"state": delivery},
    }


@pytest.mark.parametrize(
    ("progress", "told"),
    [
        (case(CaseStatus.RECEIVED, step("waiting")), "已收件，等待：受理"),
        (case(CaseStatus.SUPPLEMENT, step("waiting")), "待补正，等待：申请人补正"),
        (
            case(CaseStatus.IN_PROGRESS, step("open"), step("open", "housing", None, name="核验"), step("waiting")),
            "办理中，等待：市场监管局办理食品经营许可（承诺 2026-03-06）；住建局办理核验",
        ),
        (
            case(CaseStatus.IN_PROGRESS, step("open", kind=StepKind.NOTICE, name="结果公示")),
            "办理中，等待：结果公示至 2026-03-06 期满",
        ),
        (case(CaseStatus.IN_PROGRESS, step("supplement")), "办理中，等待：申请人补正食品经营许可"),
        (
            case(CaseStatus.IN_PROGRESS, step("stopped", due=None, clock={"stops": STOPS})),
            "办理中，等待：市场监管局特别程序：检测，预计至 2026-03-05（食品经营许可）",
        ),
        (
            case(CaseStatus.IN_PROGRESS, step("granted"), step("waiting")),
            "办理中，等待：前面的结果记入办件，之后分送下一环节",
        ),
        (
            case(CaseStatus.DELIVERING, step("open"), delivery="ordered"),
            "送达中，等待：市场监管局办理食品经营许可（承诺 2026-03-06）；快递揽收",
        ),
        (case(CaseStatus.DELIVERING, step("granted")), "送达中，等待：安排送达"),
    ],
)
def test_what_is_waited_for(progress: dict[str, Any], told: str) -> None:
    assert awaited(progress, NAMES) == told


@pytest.mark.parametrize("state", DeliveryState)
def test_every_state_of_a_delivery_waits_for_something(state: DeliveryState) -> None:
    assert awaited(case(CaseStatus.DELIVERING, delivery=state), NAMES).startswith("送达中，等待：")


@pytest.mark.parametrize("status", sorted(CLOSED))
def test_what_is_over_waits_for_nothing(status: CaseStatus) -> None:
    assert awaited(case(status, step("granted")), NAMES) == CASE_STATUS_ZH[status]
