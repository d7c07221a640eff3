"""A decision that grants brings what the task expects, whichever way it comes."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from adapters_small_case import SmallCase
from adapters_world import CERTIFIED_STEP, World, decision

from lianban.contracts import names
from lianban.contracts.orders import TaskReceipt

FILE = {
    "name": "许可证.pdf",
    "media_type": "application/pdf",
    "content": base64.b64encode(b"%PDF-1.7 licence").decode(),
}
LICENCE = {"code": "licence", "name": "许可证"}
LACKING = [
    ([], {"/results": "missing"}),
    ([LICENCE], {"/results/0/file": "missing"}),
    ([{**LICENCE, "code": "permit", "file": FILE}], {"/results": "missing", "/results/0/code": "unknown-result"}),
]


def faults(answer: httpx.Response) -> dict[str, str]:
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:lianban:problem:invalid-act")
    return {fault["pointer"]: fault["code"] for fault in answer.json()["errors"]}


@pytest.mark.parametrize(("results", "expected"), LACKING)
async def test_a_callback_without_them_is_refused(world: World, results: Any, expected: dict[str, str]) -> None:
    case = await world.start(CERTIFIED_STEP)
    act = decision(case.id, CERTIFIED_STEP, results=results)
    answer = await world.callback(act)
    assert faults(answer) == expected
    if "/results" in expected:
        assert "许可证" in answer.text
    assert await world.rows("acts", case.id) == []
    mended = await world.callback({**act, "results": [{**LICENCE, "file": FILE}]})
    assert (mended.status_code, mended.json()["step_state"]) == (200, "granted")


async def test_a_refusal_needs_none(world: World) -> None:
    case = await world.start(CERTIFIED_STEP)
    answer = await world.callback(
        decision(case.id, CERTIFIED_STEP, decision="refused", reason="甲", legal_basis="乙", remedy="丙")
    )
    assert (answer.status_code, answer.json()["step_state"]) == (200, "refused")


async def test_accepting_needs_none(world: World) -> None:
    case = await world.start(CERTIFIED_STEP)
    answer = await world.callback(decision(case.id, CERTIFIED_STEP, kind="accept", decision=...))
    assert answer.status_code == 200


async def test_an_officer_has_to_enclose_them(world: World) -> None:
    case = await world.start(CERTIFIED_STEP, department="health")
    task = f"/v1/inbox/tasks/{names.task_id(case.id, CERTIFIED_STEP)}"
    headers = {**world.bearer("li"), "Idempotency-Key": f"k-{case.id}"}
    assert (await world.http.post(f"{task}/claim", headers=headers)).status_code == 200
    grant = {"kind": "decide", "decision": "granted"}
    for results, expected in LACKING:
        answer = await world.http.post(f"{task}/decide", headers=headers, json={**grant, "results": results})
        assert faults(answer) == expected
    complete = {**grant, "results": [{**LICENCE, "file": FILE}]}
    answer = await world.http.post(f"{task}/decide", headers=headers, json=complete)
    assert (answer.status_code, answer.json()["step_state"]) == (200, "granted")


@pytest.mark.parametrize("results", [results for results, _ in LACKING])
async def test_an_immediate_answer_without_them_goes_to_a_person(world: World, results: Any) -> None:
    def answer(task: dict[str, Any]) -> Any:
        return {"acts": [decision(task["case_no"], task["step"], results=results)]}

    world.market.answers[f"task.created {CERTIFIED_STEP}"] = [answer]
    case = await world.start(CERTIFIED_STEP)
    assert (await case.query(SmallCase.receipts))[CERTIFIED_STEP] == TaskReceipt(channel="inbox")
    [task] = await world.rows("tasks", case.id)
    assert "缺少应有的办理结果、文件" in task["reason"]
    assert await world.rows("acts", case.id) == []
