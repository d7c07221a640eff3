"""Callbacks of a department's system: signature, validation, the case's answer, repetitions."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from adapters_outside import DOSSIER
from adapters_small_case import LAST_STEP, SmallCase
from adapters_world import World, decision, withdrawal
from standardwebhooks.webhooks import Webhook

from lianban.contracts import names
from lianban.contracts.documents import ActDocument
from lianban.contracts.orders import TaskReceipt
from lianban.platform.webhooks import new_secret, sign
from lianban_adapters.acts.submission import update_id

PDF = b"%PDF-1.7 certificate"
RESULT = {
    "code": "licence",
    "name": "许可证",
    "number": "鄂天-2030-1",
    "valid_until": "2035-01-01",
    "file": {"name": "许可证.pdf", "media_type": "application/pdf", "content": base64.b64encode(PDF).decode()},
}


def slug(body: dict[str, Any]) -> str:
    return str(body["type"]).removeprefix("urn:lianban:problem:")


async def test_from_the_case_to_the_department_and_back(world: World) -> None:
    case = await world.start("review")

    [(message_id, task)] = world.market.heard("task.created", case.id)
    assert message_id == task["task_id"] == names.task_id(case.id, "review")
    assert (task["step"], task["theme"], task["due"]) == (
        "review",
        "E1",
        {"promised": "2030-01-01", "legal": "2030-02-01"},
    )
    assert (task["elements"], task["applicant"]) == (DOSSIER["elements"], DOSSIER["applicant"])
    assert any(purpose.startswith(f"{case.id}/review: ") for purpose in world.intake.purposes)
    assert (await case.query(SmallCase.receipts))["review"] == TaskReceipt(channel="rest")

    act = decision(case.id, "review", reason="符合条件", results=[RESULT])
    answer = await world.callback(act)
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "applied", "case_status": "in_progress", "step_state": "granted"},
    )

    [applied] = await case.query(SmallCase.acts)
    assert (applied.act_id, applied.step, applied.department) == (
        update_id("market", act["act_id"]),
        "review",
        "market",
    )
    assert (applied.kind, applied.decision, applied.officer) == ("decide", "granted", "zhang")
    assert applied.waited == 0
    assert applied.document is not None
    document = ActDocument.model_validate_json(await world.store.get(applied.document))
    assert (document.reason, document.results[0].number) == ("符合条件", "鄂天-2030-1")
    assert document.results[0].file is not None
    assert await world.store.get(document.results[0].file.digest) == PDF

    started, decided = await world.recorded(case.id, 2)
    assert (started.kind, decided.kind, decided.document) == ("step.started", "step.decided", applied.document)
    [task_row] = await world.rows("tasks", case.id)
    assert (task_row["state"], task_row["channel"]) == ("decided", "rest")


async def test_what_is_stored_here_names_nobody(world: World) -> None:
    case = await world.start("review")
    act = decision(case.id, "review", reason="王大明符合条件", act_id=f"reg-{case.id}-42900619800101001X")
    assert (await world.callback(act)).status_code == 200
    stored = json.dumps(await world.rows("tasks", case.id) + await world.rows("acts", case.id), default=str)
    for personal in ("王", "13800000000"):
        assert personal not in stored
    history = json.dumps((await case.fetch_history()).to_json_dict())
    assert "王" not in history
    assert "42900619800101001X" not in history


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("missing", "signature-missing"),
        ("another secret", "signature-invalid"),
        ("another body", "signature-invalid"),
        ("another department", "signature-invalid"),
        ("stale", "signature-stale"),
        ("ahead", "signature-stale"),
        ("malformed", "signature-invalid"),
    ],
)
async def test_a_forged_or_stale_signature_writes_nothing(world: World, how: str, expected: str) -> None:
    case = await world.start("review")
    act = decision(case.id, "review", reason=f"forged {how}")
    body = json.dumps(act, ensure_ascii=False, separators=(",", ":")).encode()
    good = sign(world.secrets["market"], act["act_id"], body)

    def at(offset: timedelta) -> dict[str, str]:
        when = datetime.now(UTC) + offset
        signature = Webhook(world.secrets["market"]).sign(act["act_id"], when, body.decode())
        return {**good, "webhook-timestamp": str(int(when.timestamp())), "webhook-signature": signature}

    headers = {
        "missing": {},
        "another secret": sign(new_secret(), act["act_id"], body),
        "another body": sign(world.secrets["market"], act["act_id"], body + b" "),
        "another department": sign(world.secrets["health"], act["act_id"], body),
        "stale": at(-timedelta(minutes=6)),
        "ahead": at(timedelta(minutes=6)),
        "malformed": {**good, "webhook-signature": "v1 %%%"},
    }[how]
    answer = await world.callback(act, headers=headers)
    assert (answer.status_code, slug(answer.json())) == (401, expected)
    assert answer.headers["content-type"] == "application/problem+json"
    assert await world.rows("acts", case.id) == []
    assert await case.query(SmallCase.acts) == []


async def test_all_faults_at_once(world: World) -> None:
    act = decision("nobody", "review", decision="refused", occurred_at="gestern", officer=..., extra=1)
    answer = await world.callback(act)
    problem = answer.json()
    assert (answer.status_code, slug(problem)) == (422, "invalid-act")
    assert {error["pointer"] for error in problem["errors"]} == {
        "/occurred_at",
        "/extra",
        "/officer",
        "/reason",
        "/legal_basis",
        "/remedy",
    }


@pytest.mark.parametrize("body", [b"", b"no json", b'{"act_id": ', b'"\xff"', b"[]", b"[" * 100_000])
async def test_a_body_that_is_no_act(world: World, body: bytes) -> None:
    headers = {
        "webhook-id": "a-1",
        "webhook-timestamp": str(int(datetime.now(UTC).timestamp())),
        "webhook-signature": "v1,AAAA",
    }
    try:
        headers = sign(world.secrets["market"], "a-1", body)
        expected = 422
    except UnicodeDecodeError:
        expected = 401  # no signature of the standard covers bytes that are no UTF-8
    answer = await world.http.post("/v1/departments/market/acts", content=body, headers=headers)
    assert answer.status_code == expected


async def test_the_message_id_is_the_act_id(world: World) -> None:
    act = decision("case", "review")
    answer = await world.callback(act, headers=sign(world.secrets["market"], "another", json.dumps(act).encode()))
    assert answer.status_code == 401
    body = json.dumps(act, ensure_ascii=False, separators=(",", ":")).encode()
    answer = await world.callback(act, headers=sign(world.secrets["market"], "another", body))
    assert (answer.status_code, [e["pointer"] for e in answer.json()["errors"]]) == (422, ["/act_id"])


async def test_a_body_beyond_20_mib_is_refused(world: World) -> None:
    body = b" " * (20 * 1024 * 1024 + 1)
    answer = await world.http.post("/v1/departments/market/acts", content=body)
    assert answer.status_code == 413


async def test_tasks_that_are_not_there_or_not_ours(world: World) -> None:
    assert slug((await world.callback(decision("nobody", "review"))).json()) == "unknown-task"
    case = await world.start("review", department="health")
    answer = await world.callback(decision(case.id, "review"))
    assert (answer.status_code, slug(answer.json())) == (403, "foreign-step")
    answer = await world.http.post("/v1/departments/none/acts", content=b"{}")
    assert (answer.status_code, slug(answer.json())) == (404, "unknown-department")


async def test_a_second_decision_is_refused_by_the_case(world: World) -> None:
    case = await world.start("review")
    assert (await world.callback(decision(case.id, "review"))).status_code == 200
    late = decision(case.id, "review")
    for _ in range(2):  # the refusal is remembered like any other answer
        answer = await world.callback(late)
        assert (answer.status_code, slug(answer.json())) == (409, "step-not-open")
        assert answer.json()["detail"] == "环节不在办理中。"


async def test_a_repetition_gets_the_first_answer(world: World) -> None:
    case = await world.start("review", "other")
    act = decision(case.id, "review", results=[RESULT])
    first = await world.callback(act)
    again = await world.callback(act)
    assert (again.status_code, again.json()) == (first.status_code, first.json()) == (200, first.json())
    assert len(await case.query(SmallCase.acts)) == 1

    changed = await world.callback({**act, "reason": "anders"})
    assert (changed.status_code, slug(changed.json())) == (409, "idempotency-conflict")
    elsewhere = await world.callback({**act, "task_id": names.task_id(case.id, "other")})
    assert (elsewhere.status_code, slug(elsewhere.json())) == (409, "idempotency-conflict")
    assert len(await case.query(SmallCase.acts)) == 1


async def test_repetitions_at_the_same_time_are_one_act(world: World) -> None:
    case = await world.start("review")
    act = decision(case.id, "review")
    answers = await asyncio.gather(*(world.callback(act) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(await case.query(SmallCase.acts)) == 1
    assert len(await world.recorded(case.id, 2)) == 2


async def test_after_the_case_has_closed(world: World) -> None:
    case = await world.start(LAST_STEP, "other")
    last = decision(case.id, LAST_STEP)
    assert (await world.callback(last)).json()["case_status"] == "completed"
    await case.result()
    repeated = await world.callback(last)
    assert (repeated.status_code, repeated.json()["case_status"]) == (200, "completed")
    answer = await world.callback(decision(case.id, "other"))
    assert (answer.status_code, slug(answer.json())) == (409, "case-closed")


async def test_two_departments_may_use_the_same_act_id(world: World) -> None:
    case, other = await world.start("review"), await world.start("review", department="health")
    act = decision(case.id, "review")
    assert (await world.callback(act)).status_code == 200
    twin = {**act, "task_id": names.task_id(other.id, "review")}
    assert (await world.callback(twin, "health")).status_code == 200


async def test_accepting_leaves_the_task_open(world: World) -> None:
    case = await world.start("review")
    answer = await world.callback(decision(case.id, "review", kind="accept", decision=...))
    assert (answer.status_code, answer.json()["step_state"]) == (200, "open")
    assert (await world.rows("tasks", case.id))[0]["state"] == "sent"
    assert (await world.callback(decision(case.id, "review"))).json()["step_state"] == "granted"


async def test_accepting_a_case_ends_the_task_of_accepting(world: World) -> None:
    case = await world.start(names.ACCEPTANCE_STEP)
    answer = await world.callback(decision(case.id, names.ACCEPTANCE_STEP, kind="accept", decision=...))
    assert answer.status_code == 200
    assert (await world.rows("tasks", case.id))[0]["state"] == "decided"


async def test_a_task_taken_back_refuses_acts(world: World) -> None:
    case = await world.start("review")
    await case.signal(SmallCase.take_back, withdrawal(case.id, "review"))

    async def told() -> bool:
        return await case.query(SmallCase.told) == ["review"]

    await world.until(told)
    [(message_id, data)] = world.market.heard("task.withdrawn", case.id)
    assert message_id == f"{data['task_id']}:withdrawn"
    assert data["cause"] == "applicant-withdrew"
    answer = await world.callback(decision(case.id, "review"))
    assert (answer.status_code, slug(answer.json())) == (409, "step-not-open")
    assert await world.rows("acts", case.id) == []


async def test_a_systems_refusal_is_left_to_a_person(world: World) -> None:
    case = await world.start("review")
    act = decision(case.id, "review", actor="system", officer=..., decision="refused", reason="未查到房产")
    for _ in range(2):
        answer = await world.callback(act)
        assert (answer.status_code, answer.json()["status"]) == (202, "review")
    assert await case.query(SmallCase.acts) == []
    [task] = await world.rows("tasks", case.id)
    assert (task["state"], task["channel"]) == ("sent", "inbox")
    assert "自动" in task["reason"]

    detail = await world.http.get(f"/v1/inbox/tasks/{task['id']}", headers=world.bearer("li", department="market"))
    [answered] = detail.json()["acts"]
    assert (answered["state"], answered["decision"], answered["document"]["reason"]) == (
        "review",
        "refused",
        "未查到房产",
    )


async def test_a_persons_refusal_reaches_the_case(world: World) -> None:
    case = await world.start("review")
    written = {"reason": "材料不实", "legal_basis": "行政许可法第三十八条", "remedy": "可在六十日内申请行政复议"}
    answer = await world.callback(decision(case.id, "review", decision="refused", **written))
    assert (answer.status_code, answer.json()["step_state"]) == (200, "refused")
    [applied] = await case.query(SmallCase.acts)
    assert applied.document is not None
    document = ActDocument.model_validate_json(await world.store.get(applied.document))
    assert (document.reason, document.legal_basis, document.remedy) == tuple(written.values())
