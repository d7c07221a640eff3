"""The manual inbox: who sees what, who holds what, and what an officer decides."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import pytest
from adapters_outside import DOSSIER
from adapters_small_case import CASE_QUEUE, SmallCase
from adapters_world import World, order, withdrawal
from fastapi.responses import Response
from sqlalchemy import text

from lianban.contracts import names
from lianban.contracts.orders import TaskReceipt
from lianban_adapters.acts.submission import update_id

GRANT = {"kind": "decide", "decision": "granted"}


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).removeprefix("urn:lianban:problem:")


async def post(world: World, task: str, verb: str, subject: str = "li", **more: Any) -> httpx.Response:
    headers = {**world.bearer(subject), **more.pop("headers", {})}
    return await world.http.post(f"/v1/inbox/tasks/{task}/{verb}", headers=headers, **more)


async def decide(world: World, task: str, act: dict[str, Any], key: str, subject: str = "li") -> httpx.Response:
    return await post(world, task, "decide", subject, json=act, headers={"Idempotency-Key": key})


async def test_an_officer_finds_reads_claims_and_decides(world: World) -> None:
    case = await world.start("review", department="health")
    task = names.task_id(case.id, "review")
    assert (await case.query(SmallCase.receipts))["review"] == TaskReceipt(channel="inbox")

    listed = (await world.http.get("/v1/inbox/tasks", headers=world.bearer("li"))).json()["tasks"]
    [item] = [item for item in listed if item["task_id"] == task]
    assert (item["state"], item["state_zh"], item["step_name"], item["due"]["promised"]) == (
        "sent",
        "待办理",
        "环节 review",
        "2030-01-01",
    )

    detail = (await world.http.get(f"/v1/inbox/tasks/{task}", headers=world.bearer("li"))).json()
    assert detail["dossier"] == {**DOSSIER, "materials": []}
    assert f"{case.id}/review: 人工收件箱查阅：li" in world.intake.purposes

    early = await decide(world, task, GRANT, f"k-{case.id}")
    assert (early.status_code, slug(early)) == (409, "not-claimed")

    claimed = await post(world, task, "claim")
    assert (claimed.status_code, claimed.json()["state"], claimed.json()["claimed_by"]) == (200, "claimed", "li")
    assert (await post(world, task, "claim")).status_code == 200

    for _ in range(2):
        answer = await decide(world, task, {**GRANT, "reason": "符合条件"}, f"k-{case.id}")
        assert (answer.status_code, answer.json()["step_state"]) == (200, "granted")
    [act] = await case.query(SmallCase.acts)
    assert (act.actor, act.officer, act.act_id) == ("human", "li", update_id("health", f"k-{case.id}"))

    other = await decide(world, task, GRANT, f"k-{case.id}")
    assert (other.status_code, slug(other)) == (409, "idempotency-conflict")
    again = await decide(world, task, GRANT, f"k2-{case.id}")
    assert (again.status_code, slug(again)) == (409, "step-not-open")
    assert slug(await post(world, task, "claim")) == "step-not-open"
    done = (await world.http.get(f"/v1/inbox/tasks/{task}", headers=world.bearer("li"))).json()
    assert (done["state"], done["acts"][0]["state_zh"], done["acts"][0]["document"]["reason"]) == (
        "decided",
        "已生效",
        "符合条件",
    )


async def test_two_officers_cannot_hold_one_task(world: World) -> None:
    case = await world.start("review", department="health")
    task = names.task_id(case.id, "review")
    officers = [f"officer-{number}" for number in range(8)]
    answers = await asyncio.gather(*(post(world, task, "claim", officer) for officer in officers))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    holder = next(officer for officer, answer in zip(officers, answers, strict=True) if answer.status_code == 200)
    assert {slug(answer) for answer in answers if answer.status_code == 409} == {"already-claimed"}
    assert (await world.rows("tasks", case.id))[0]["claimed_by"] == holder
    other = next(officer for officer in officers if officer != holder)
    assert slug(await decide(world, task, GRANT, f"k-{case.id}", other)) == "not-claimed"


async def test_a_claim_is_given_back_by_its_holder_or_a_supervisor(world: World) -> None:
    case = await world.start("review", department="health")
    task = names.task_id(case.id, "review")
    assert slug(await post(world, task, "release")) == "not-claimed"
    await post(world, task, "claim", "li")
    assert slug(await post(world, task, "release", "wang")) == "not-claimed"
    released = await post(world, task, "release", "li")
    assert (released.status_code, released.json()["state"], released.json()["claimed_by"]) == (200, "sent", None)
    await post(world, task, "claim", "wang")
    supervisor = world.bearer("zhou", "supervisor", None)
    assert (await world.http.post(f"/v1/inbox/tasks/{task}/release", headers=supervisor)).status_code == 200


async def test_officers_see_their_own_department_only(world: World) -> None:
    case = await world.start("review", department="health")
    task = names.task_id(case.id, "review")
    foreign = world.bearer("li", department="market")
    for method, path in (("GET", ""), ("POST", "/claim"), ("POST", "/release")):
        answer = await world.http.request(method, f"/v1/inbox/tasks/{task}{path}", headers=foreign)
        assert (answer.status_code, slug(answer)) == (403, "foreign-step")
    answer = await world.http.post(
        f"/v1/inbox/tasks/{task}/decide", json=GRANT, headers={**foreign, "Idempotency-Key": f"k-{case.id}"}
    )
    assert (answer.status_code, slug(answer)) == (403, "foreign-step")
    listed = await world.http.get("/v1/inbox/tasks?channel=any&limit=200", headers=foreign)
    assert {item["department"] for item in listed.json()["tasks"]} <= {"market"}
    assert await case.query(SmallCase.acts) == []


async def test_supervisors_read_all_and_decide_nothing(world: World) -> None:
    case = await world.start("review", department="health")
    task = names.task_id(case.id, "review")
    supervisor = world.bearer("zhou", "supervisor", None)
    listed = await world.http.get("/v1/inbox/tasks?department=health&limit=200", headers=supervisor)
    assert task in {item["task_id"] for item in listed.json()["tasks"]}
    assert (await world.http.get(f"/v1/inbox/tasks/{task}", headers=supervisor)).status_code == 200
    assert (await world.http.post(f"/v1/inbox/tasks/{task}/claim", headers=supervisor)).status_code == 403


@pytest.mark.parametrize(
    ("subject", "role", "department"), [("li", "portal", None), ("li", "window", "health"), ("li", "officer", None)]
)
async def test_other_roles_see_nothing(world: World, subject: str, role: Any, department: str | None) -> None:
    answer = await world.http.get("/v1/inbox/tasks", headers=world.bearer(subject, role, department))
    assert (answer.status_code, slug(answer)) == (403, "forbidden")


async def test_without_a_token_nothing_is_seen(world: World) -> None:
    for headers in ({}, {"Authorization": "Bearer forged"}):
        assert (await world.http.get("/v1/inbox/tasks", headers=headers)).status_code == 401
        assert (await world.http.get("/v1/inbox/tasks/x", headers=headers)).status_code == 401


async def test_a_refusal_needs_everything_the_law_asks_for(world: World) -> None:
    case = await world.start("review", department="health")
    task = names.task_id(case.id, "review")
    await post(world, task, "claim")
    refusal = {"kind": "decide", "decision": "refused", "reason": " ", "officer": "someone"}
    answer = await decide(world, task, refusal, f"k-{case.id}")
    assert (answer.status_code, slug(answer)) == (422, "invalid-act")
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/reason", "/legal_basis", "/remedy", "/officer"}
    missing_key = await post(world, task, "decide", json=GRANT)
    assert missing_key.status_code == 422

    complete = {"kind": "decide", "decision": "refused", "reason": "甲", "legal_basis": "乙", "remedy": "丙"}
    answer = await decide(world, task, complete, f"k-{case.id}")
    assert (answer.status_code, answer.json()["step_state"]) == (200, "refused")


async def test_the_list_is_ordered_by_due_date_and_paged(world: World) -> None:
    case = await world.start("c", "a", "b", department="health")
    headers = world.bearer("li")
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        page = (await world.http.get(f"/v1/inbox/tasks?limit=2{after}", headers=headers)).json()
        found += page["tasks"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert len({item["task_id"] for item in found}) == len(found)
    due = [(item["due"]["promised"], item["task_id"]) for item in found]
    assert due == sorted(due)
    assert [item["step"] for item in found if item["case_no"] == case.id] == ["c", "a", "b"]


async def test_the_list_is_filtered_by_state_and_channel(world: World) -> None:
    case = await world.start("review")
    task = names.task_id(case.id, "review")
    headers = world.bearer("li", department="market")

    async def ids(query: str) -> set[str]:
        answer = await world.http.get(f"/v1/inbox/tasks?limit=200{query}", headers=headers)
        return {item["task_id"] for item in answer.json()["tasks"]}

    assert task not in await ids("")  # it is with the department's system
    assert task in await ids("&channel=any")
    assert task in await ids("&channel=any&state=sent&state=claimed")
    assert task not in await ids("&channel=any&state=decided")
    unknown = await world.http.get("/v1/inbox/tasks?state=lost", headers=headers)
    assert unknown.status_code == 422


async def test_an_officer_takes_over_what_the_system_does_not_take(world: World) -> None:
    world.market.answers["task.created stuck"] = [Response(status_code=503) for _ in range(200)]
    case = await world.start("stuck", wait=False)
    task = names.task_id(case.id, "stuck")
    headers = world.bearer("li", department="market")

    async def noted() -> bool:
        return [row["reason"] for row in await world.rows("tasks", case.id)] == ["业务系统返回 503"]

    await world.until(noted)
    assert (await world.http.post(f"/v1/inbox/tasks/{task}/claim", headers=headers)).status_code == 200
    world.market.answers["task.created stuck"].clear()
    answer = await world.http.post(
        f"/v1/inbox/tasks/{task}/decide", json=GRANT, headers={**headers, "Idempotency-Key": f"k-{case.id}"}
    )
    assert answer.status_code == 200


async def test_a_task_taken_back_shows_no_dossier(world: World) -> None:
    case = await world.start("review", department="health")
    task = names.task_id(case.id, "review")
    await post(world, task, "claim")
    await case.signal(SmallCase.take_back, withdrawal(case.id, "review", "health"))

    async def told() -> bool:
        return await case.query(SmallCase.told) == ["review"]

    await world.until(told)
    detail = (await world.http.get(f"/v1/inbox/tasks/{task}", headers=world.bearer("li"))).json()
    assert (detail["state"], detail["cause_zh"], detail["dossier"]) == ("withdrawn", "申请人撤回", None)
    answer = await decide(world, task, GRANT, f"k-{case.id}")
    assert (answer.status_code, slug(answer)) == (409, "step-not-open")


async def test_without_the_intake_a_task_is_listed_but_not_read(world: World) -> None:
    case = await world.start("review", department="health")
    task = names.task_id(case.id, "review")
    world.intake.down = True
    try:
        answer = await world.http.get(f"/v1/inbox/tasks/{task}", headers=world.bearer("li"))
    finally:
        world.intake.down = False
    assert (answer.status_code, slug(answer)) == (503, "dossier-unavailable")


async def test_unknown_and_impossible_ids(world: World) -> None:
    for task, status in (("unknown", 404), ("%00", 422), ("a%20b", 422), ("x" * 200, 422)):
        answer = await world.http.get(f"/v1/inbox/tasks/{task}", headers=world.bearer("li"))
        assert answer.status_code == status, task


async def test_a_material_goes_to_its_department_only(world: World) -> None:
    case = await world.start("review")
    task = names.task_id(case.id, "review")
    digests = [await world.store.put(content) for content in (b"\x89PNG first", b"\x89PNG second")]
    other = await world.store.put(b"of another case")
    materials = [
        {"code": "deed", "name": "不动产权证", "digest": digest, "media_type": "image/png", "file_name": "证 1.png"}
        for digest in digests
    ]
    gone = {**materials[0], "code": "gone", "digest": "0" * 64}
    world.intake.dossier = {**DOSSIER, "materials": [*materials, gone]}
    base = f"/v1/departments/market/tasks/{task}/materials"
    headers = world.bearer("market-system", "department", "market")
    try:
        first = await world.http.get(f"{base}/deed", headers=headers)
        assert (first.status_code, first.content, first.headers["content-type"]) == (200, b"\x89PNG first", "image/png")
        assert first.headers["content-disposition"] == "attachment; filename*=UTF-8''%E8%AF%81%201.png"
        second = await world.http.get(f"{base}/deed?digest={digests[1]}", headers=headers)
        assert second.content == b"\x89PNG second"
        assert f"{case.id}/review: 调阅材料 deed：market-system" in world.intake.purposes

        for path in ("deed?digest=" + other, "other", "gone"):
            answer = await world.http.get(f"{base}/{path}", headers=headers)
            assert (answer.status_code, slug(answer)) == (404, "unknown-material")
        foreign = await world.http.get(f"{base}/deed", headers=world.bearer("li", department="health"))
        assert (foreign.status_code, slug(foreign)) == (403, "foreign-step")
        for role, department in (("service", None), ("service", "market"), ("department", None), ("window", "market")):
            none = await world.http.get(f"{base}/deed", headers=world.bearer("intake", role, department))
            assert (none.status_code, slug(none)) == (403, "forbidden")
        system = await world.http.get(f"{base}/deed", headers=world.bearer("other", "department", "health"))
        assert (system.status_code, slug(system)) == (403, "foreign-step")
        for reader in (world.bearer("li", "officer", "market"), world.bearer("zhou", "supervisor", None)):
            assert (await world.http.get(f"{base}/deed", headers=reader)).status_code == 200
        elsewhere = base.replace("market", "health")
        assert slug(await world.http.get(f"{elsewhere}/deed", headers=headers)) == "unknown-task"

        detail = await world.http.get(f"/v1/inbox/tasks/{task}", headers=world.bearer("li", department="market"))
        links = [material["url"] for material in detail.json()["dossier"]["materials"]]
        assert links[1] == f"https://lianban.example{base.replace(':', '%3A')}/deed?digest={digests[1]}"
    finally:
        world.intake.dossier = dict(DOSSIER)


async def test_what_an_earlier_step_issued_is_read_before_the_intake_has_recorded_it(world: World) -> None:
    case_no = f"issued-{uuid.uuid4().hex[:8]}"
    issued = {"birth": "a" * 64}
    given = order(case_no, "review", "health").model_copy(update={"documents": issued})
    await world.temporal.start_workflow(names.CASE_WORKFLOW, args=[[given]], id=case_no, task_queue=CASE_QUEUE)

    async def sent() -> bool:
        return [row["state"] for row in await world.rows("tasks", case_no)] == ["sent"]

    await world.until(sent)
    task = names.task_id(case_no, "review")
    for path in (f"/v1/inbox/tasks/{task}", f"/v1/departments/health/tasks/{task}/materials/certificate"):
        world.intake.issued.clear()
        await world.http.get(path, headers=world.bearer("li"))
        assert world.intake.issued == [[f"birth:{issued['birth']}"]]


async def test_a_dossier_is_closed_30_days_after_the_task_ended(world: World) -> None:
    case = await world.start("review", department="health")
    task = names.task_id(case.id, "review")
    await post(world, task, "claim")
    assert (await decide(world, task, GRANT, f"k-{case.id}")).status_code == 200
    material = f"/v1/departments/health/tasks/{task}/materials/deed"
    for days, closed in ((29, False), (30, True)):
        async with world.engine.begin() as connection:
            ended = text("UPDATE adapters.tasks SET ended_at = now() - make_interval(days => :days) WHERE id = :id")
            await connection.execute(ended, {"days": days, "id": task})
        answer = await world.http.get(material, headers=world.bearer("li"))
        assert (answer.status_code, slug(answer)) == ((410, "dossier-closed") if closed else (404, "unknown-material"))
        detail = await world.http.get(f"/v1/inbox/tasks/{task}", headers=world.bearer("li"))
        assert detail.status_code == 200
        assert (detail.json()["dossier"] is None) == closed


@pytest.mark.parametrize("subject", ["王小明", "42900619800101001X", "a" * 33])
async def test_an_officer_is_named_by_a_code(world: World, subject: str) -> None:
    case = await world.start("review", department="health")
    task = names.task_id(case.id, "review")
    for answer in (await post(world, task, "claim", subject), await decide(world, task, GRANT, "k", subject)):
        assert (answer.status_code, slug(answer)) == (403, "forbidden")
