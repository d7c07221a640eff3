"""What the sandbox's departments write."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from lianban_sandbox.departments import answers

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)  # the 23rd in Shanghai
TASK = {
    "task_id": "429006B4202611220000001X:food-licence",
    "case_no": "429006B4202611220000001X",
    "step": "food-licence",
    "step_name": "食品经营许可",
    "matter": "food-licence",
    "kind": "DECIDE",
    "results": [{"code": "food-permit", "name": "食品经营许可证", "deliverable": True}],
}
FINDING = {"code": "household-check", "name": "户籍信息核验结果", "deliverable": False}


def test_a_granted_licence_comes_with_its_certificate() -> None:
    act = answers.grant(TASK, "market", NOW, automatic=False)
    assert (act["kind"], act["decision"], act["actor"], act["officer"]) == ("decide", "granted", "human", "market-0001")
    [result] = act["results"]
    assert (result["code"], result["name"]) == ("food-permit", "食品经营许可证")
    assert (result["valid_from"], result["valid_until"]) == ("2026-11-23", "2031-11-22")
    assert base64.b64decode(result["file"]["content"]).startswith(b"%PDF-")


def test_the_same_task_is_answered_by_the_same_act() -> None:
    first, again = (answers.grant(TASK, "market", NOW, automatic=False) for _ in range(2))
    assert first == again
    other = answers.grant({**TASK, "task_id": "other:food-licence"}, "market", NOW, automatic=False)
    assert other["act_id"] != first["act_id"]


def test_a_registry_check_is_a_finding_of_the_system() -> None:
    act = answers.grant({**TASK, "kind": "VERIFY", "results": [FINDING]}, "police", NOW, automatic=False)
    assert act["actor"] == "system"
    assert "officer" not in act
    assert act["results"] == [{"code": "household-check", "name": "户籍信息核验结果"}]


def test_a_refusal_is_an_officers_and_in_writing() -> None:
    act = answers.refuse(TASK, "market", NOW)
    assert (act["decision"], act["actor"]) == ("refused", "human")
    assert all(act[field].strip() for field in ("officer", "reason", "legal_basis", "remedy"))
    assert "results" not in act


def test_acceptance_decides_nothing() -> None:
    act = answers.accept({**TASK, "step": "acceptance"}, "market", NOW)
    assert act["kind"] == "accept"
    assert "decision" not in act


def test_a_licence_of_the_29th_of_february_ends_on_a_day_that_exists() -> None:
    act = answers.grant(TASK, "market", datetime(2028, 2, 29, 1, tzinfo=UTC), automatic=False)
    assert act["results"][0]["valid_until"] == "2033-02-27"
