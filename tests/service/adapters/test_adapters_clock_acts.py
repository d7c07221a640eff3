"""The acts of the clocks by callback: applied, refused by the case, repeated, forged, out of order."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import httpx
import pytest
from adapters_small_case import EXTENDED, SmallCase
from adapters_world import World, decision

from lianban.contracts import names
from lianban.contracts.documents import ActDocument
from lianban.platform.webhooks import new_secret, sign

MISSING = [
    {"element": "child_name", "note": "与户口簿不一致，请按户口簿填写"},
    {"material": "deed", "note": "缺第二页，请重新上传"},
]
WRITTEN: dict[str, dict[str, Any]] = {
    "not_accept": {"ground": "not_competent", "competent_body": "天门市教育局", "reason": "不属于本机关职权范围"},
    "request_supplement": {"missing": MISSING},
    "stop": {"procedure": "testing", "days": 10, "reason": "水质须送检"},
    "resume": {"procedure": "testing", "outcome": "检测合格"},
    "extend": {"role": "agency_head", "days": 10, "reason": "案情复杂"},
    "override": {"role": "supervisor", "overrides": "L-ONCE", "reason": "首次告知遗漏消防材料"},
}
BY_SYSTEMS = [kind for kind in WRITTEN if kind != "override"]
BEFORE = {"resume": ("stop",)}
"""Acts without which the case refuses."""


def act_of(kind: str, case_no: str, step: str = "review", **changes: Any) -> dict[str, Any]:
    return decision(case_no, step, kind=kind, decision=..., **{**WRITTEN[kind], **changes})


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).removeprefix("urn:lianban:problem:")


async def prepared(world: World, kind: str) -> Any:
    case = await world.start("review")
    for earlier in BEFORE.get(kind, ()):
        assert (await world.callback(act_of(earlier, case.id))).status_code == 200
    return case


@pytest.mark.parametrize("kind", BY_SYSTEMS)
async def test_an_act_reaches_the_case_with_all_it_says(world: World, kind: str) -> None:
    case = await prepared(world, kind)
    act = act_of(kind, case.id)
    first, again = [await world.callback(act) for _ in range(2)]
    assert (first.status_code, first.json()["status"]) == (200, "applied")
    assert again.json() == first.json()
    applied = (await case.query(SmallCase.acts))[-1]
    assert len(await case.query(SmallCase.acts)) == len(BEFORE.get(kind, ())) + 1
    told = {name: getattr(applied, name) for name in ("kind", "officer", "role", "procedure", "days", "overrides")}
    said = {"kind": kind, "officer": "zhang", **WRITTEN[kind]}
    assert told == {name: said.get(name) for name in told}
    assert applied.document is not None
    document = ActDocument.model_validate_json(await world.store.get(applied.document)).model_dump(
        mode="json", exclude_defaults=True
    )
    beside = {"role", "procedure", "days", "overrides"}
    assert document == {name: value for name, value in WRITTEN[kind].items() if name not in beside}
    assert (await world.recorded(case.id, 1 + len(await case.query(SmallCase.acts))))[-1].document == applied.document


REFUSED = [
    (("request_supplement",), "request_supplement", {}, "already-requested", "L-ONCE"),
    ((), "resume", {}, "not-stopped", "L-STOP"),  # out of order
    (("stop",), "stop", {}, "already-stopped", "L-STOP"),
    ((), "extend", {"role": "officer"}, "wrong-role", "L-EXT-10"),
    (("stop",), "not_accept", {}, "acceptance-over", "L-ACCEPT-5"),
]


@pytest.mark.parametrize(("before", "kind", "changes", "refusal", "rule"), REFUSED)
async def test_what_the_case_refuses_names_the_rule(
    world: World, before: tuple[str, ...], kind: str, changes: dict[str, Any], refusal: str, rule: str
) -> None:
    case = await world.start("review")
    for earlier in before:
        assert (await world.callback(act_of(earlier, case.id))).status_code == 200
    act = act_of(kind, case.id, **changes)
    for _ in range(2):  # remembered like any other answer
        answer = await world.callback(act)
        assert (answer.status_code, slug(answer), answer.json()["rule"]) == (409, refusal, rule)
        assert answer.json()["detail"].endswith("。")
    assert len(await case.query(SmallCase.acts)) == len(before)


async def test_nothing_is_decided_while_a_procedure_runs(world: World) -> None:
    case = await world.start("review")
    await world.callback(act_of("stop", case.id))
    answer = await world.callback(decision(case.id, "review"))
    assert (answer.status_code, slug(answer), answer.json()["rule"]) == (409, "stopped", "L-STOP")
    await world.callback(act_of("resume", case.id))
    assert (await world.callback(decision(case.id, "review"))).json()["step_state"] == "granted"


@pytest.mark.parametrize("kind", WRITTEN)
async def test_a_forged_act_writes_nothing(world: World, kind: str) -> None:
    case = await world.start("review")
    act = act_of(kind, case.id)
    answer = await world.callback(act, headers=sign(new_secret(), act["act_id"], b"{}"))
    assert answer.status_code == 401
    assert await world.rows("acts", case.id) == []


@pytest.mark.parametrize("kind", ["stop", "extend"])
async def test_a_system_may_not(world: World, kind: str) -> None:
    case = await world.start("review")
    answer = await world.callback(act_of(kind, case.id, actor="system", officer=...))
    assert (answer.status_code, slug(answer)) == (422, "invalid-act")
    [fault] = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/actor", "human-needed")
    assert fault["rule"].startswith("L-")


async def test_not_accepting_by_a_system_is_left_to_a_person(world: World) -> None:
    case = await world.start("review")
    act = act_of("not_accept", case.id, actor="system", officer=..., reason=...)
    for _ in range(2):
        answer = await world.callback(act)
        assert (answer.status_code, answer.json()["status"]) == (202, "review")
    assert await case.query(SmallCase.acts) == []
    [task] = await world.rows("tasks", case.id)
    assert (task["state"], task["channel"]) == ("sent", "inbox")


async def test_a_system_may_ask_for_a_supplement_and_end_a_procedure(world: World) -> None:
    case = await world.start("review", "other")
    by_system = {"actor": "system", "officer": ...}
    assert (await world.callback(act_of("request_supplement", case.id, **by_system))).status_code == 200
    assert (await world.callback(act_of("stop", case.id, "other"))).status_code == 200
    assert (await world.callback(act_of("resume", case.id, "other", **by_system))).status_code == 200


async def test_only_what_the_step_asks_for_can_be_missing(world: World) -> None:
    case = await world.start("review")
    unknown = [{"element": "mother_name", "note": "甲"}, {"material": "permit", "element": "school", "note": "乙"}]
    act = act_of("request_supplement", case.id, missing=unknown)
    answer = await world.callback(act)
    assert (answer.status_code, slug(answer)) == (422, "invalid-act")
    assert {(fault["pointer"], fault["rule"]) for fault in answer.json()["errors"]} == {
        ("/missing/0/element", "L-ONCE"),
        ("/missing/1/material", "L-ONCE"),
    }
    assert await world.rows("acts", case.id) == []
    # What was not filled in is asked for most often.
    mended = await world.callback({**act, "missing": [{"element": "school", "note": "请填写"}]})
    assert mended.status_code == 200


async def test_a_request_waits_while_the_dossier_cannot_be_had(world: World) -> None:
    case = await world.start("review")
    act = act_of("request_supplement", case.id)
    world.intake.down = True
    try:
        answer = await world.callback(act)
        assert (answer.status_code, slug(answer)) == (503, "dossier-unavailable")
        assert answer.headers["retry-after"]
    finally:
        world.intake.down = False
    assert await world.rows("acts", case.id) == []
    assert (await world.callback(act)).status_code == 200


async def test_not_accepting_ends_the_task(world: World) -> None:
    case = await world.start("review")
    assert (await world.callback(act_of("not_accept", case.id))).json()["step_state"] == "not_accepted"
    assert (await world.rows("tasks", case.id))[0]["state"] == "decided"


async def test_asking_for_a_supplement_leaves_the_task_of_accepting_open(world: World) -> None:
    case = await world.start(names.ACCEPTANCE_STEP)
    assert (await world.callback(act_of("request_supplement", case.id, names.ACCEPTANCE_STEP))).status_code == 200
    assert (await world.rows("tasks", case.id))[0]["state"] == "sent"


async def test_a_task_shows_what_it_waits_for_and_until_when(world: World) -> None:
    case = await world.start("review")
    [task] = await world.rows("tasks", case.id)
    assert (task["step_state"], task["due"], task["legal_due"]) == ("open", date(2030, 1, 1), date(2030, 2, 1))
    hearing = {"procedure": "hearing", "days": 3}
    for act in (act_of("stop", case.id), act_of("stop", case.id, **hearing), act_of("resume", case.id)):
        assert (await world.callback(act)).json()["step_state"] == "stopped"
    [task] = await world.rows("tasks", case.id)
    waits = [{"reason": "特别程序：hearing", "began": "2030-01-02", "until": "2030-01-12"}]
    assert (task["step_state"], task["due"], task["pauses"]) == ("stopped", None, waits)
    assert (await world.callback(act_of("resume", case.id, procedure="hearing"))).json()["step_state"] == "open"
    [task] = await world.rows("tasks", case.id)
    assert (task["step_state"], task["due"], task["pauses"]) == ("open", EXTENDED, [])


async def test_an_older_event_moves_nothing_back(world: World) -> None:
    """Two acts of one task at once: whichever is written down last, the case's order counts."""
    case = await world.start("review")
    acts = [act_of("stop", case.id, procedure=procedure) for procedure in ("testing", "hearing", "appraisal")]
    answers = await asyncio.gather(*(world.callback(act) for act in acts))
    assert {answer.status_code for answer in answers} == {200}
    [task] = await world.rows("tasks", case.id)
    assert len(task["pauses"]) == 3


async def test_while_temporal_is_down_they_are_stored_in_their_order(world: World) -> None:
    case = await world.start("review")
    await world.cable.cut()
    try:
        for act in (act_of("stop", case.id), act_of("resume", case.id), act_of("extend", case.id)):
            answer = await world.callback(act)
            assert (answer.status_code, answer.json()["status"]) == (202, "stored")
    finally:
        await world.cable.mend()

    async def applied() -> bool:
        return [row["state"] for row in await world.rows("acts", case.id)] == ["applied"] * 3

    await world.until(applied, 50)
    assert [act.kind for act in await case.query(SmallCase.acts)] == ["stop", "resume", "extend"]


async def test_an_immediate_request_for_a_supplement(world: World) -> None:
    def answer(task: dict[str, Any]) -> Any:
        return {"acts": [act_of("request_supplement", task["case_no"], task["step"], actor="system", officer=...)]}

    def beyond(task: dict[str, Any]) -> Any:
        asked = [{"material": "permit", "note": "甲"}]
        return {"acts": [act_of("request_supplement", task["case_no"], task["step"], missing=asked)]}

    world.market.answers["task.created verify"] = [answer]
    world.market.answers["task.created other"] = [beyond]
    case = await world.start("verify", "other")

    async def asked() -> bool:
        return [row["step_state"] for row in await world.rows("tasks", case.id)] == ["open", "supplement"]

    await world.until(asked)
    other, verify = await world.rows("tasks", case.id)
    assert (verify["channel"], other["channel"]) == ("rest", "inbox")
    assert "即时答复" in other["reason"]
