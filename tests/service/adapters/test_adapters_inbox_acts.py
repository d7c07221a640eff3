"""The acts of the clocks in the inbox: who may do which, and what the task shows then."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest
from adapters_small_case import SmallCase
from adapters_world import World, decision
from test_adapters_clock_acts import WRITTEN

from lianban.contracts import names
from lianban.platform.auth import Role

HEAD: tuple[Role, ...] = ("agency_head",)


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).removeprefix("urn:lianban:problem:")


async def act(world: World, task: str, written: dict[str, Any], key: str, headers: dict[str, str]) -> httpx.Response:
    path = f"/v1/inbox/tasks/{task}/acts"
    return await world.http.post(path, json=written, headers={**headers, "Idempotency-Key": key})


async def claimed(world: World) -> tuple[Any, str]:
    case = await world.start("review", department="health")
    task = names.task_id(case.id, "review")
    assert (await world.http.post(f"/v1/inbox/tasks/{task}/claim", headers=world.bearer("li"))).status_code == 200
    return case, task


@pytest.mark.parametrize("kind", ["request_supplement", "not_accept", "stop"])
async def test_the_holder_acts(world: World, kind: str) -> None:
    case, task = await claimed(world)
    written = {"kind": kind, **WRITTEN[kind]}
    stranger = await act(world, task, written, f"w-{case.id}", world.bearer("wang"))
    assert (stranger.status_code, slug(stranger)) == (409, "not-claimed")
    first, again = [await act(world, task, written, f"k-{case.id}", world.bearer("li")) for _ in range(2)]
    assert (first.status_code, again.json()) == (200, first.json())
    [applied] = await case.query(SmallCase.acts)
    assert (applied.kind, applied.actor, applied.officer) == (kind, "human", "li")
    second = await act(world, task, written, f"k2-{case.id}", world.bearer("li"))
    assert second.status_code == 409
    assert kind == "not_accept" or second.json()["rule"] in ("L-ONCE", "L-STOP")


async def test_list_and_detail_show_what_is_waited_for(world: World) -> None:
    case, task = await claimed(world)
    await act(world, task, {"kind": "stop", **WRITTEN["stop"]}, f"s-{case.id}", world.bearer("li"))
    refused = {"kind": "decide", "decision": "granted"}
    assert (await act(world, task, refused, f"d-{case.id}", world.bearer("li"))).json()["rule"] == "L-STOP"
    listed = (await world.http.get("/v1/inbox/tasks?limit=200", headers=world.bearer("li"))).json()["tasks"]
    [item] = [item for item in listed if item["task_id"] == task]
    detail = (await world.http.get(f"/v1/inbox/tasks/{task}", headers=world.bearer("li"))).json()
    for shown in (item, detail):
        assert (shown["state"], shown["step_state"], shown["step_state_zh"]) == ("claimed", "stopped", "特别程序中")
        assert shown["due"] == {"promised": None, "legal": None}
        assert shown["pauses"] == [{"reason": "特别程序：testing", "began": "2030-01-02", "until": "2030-01-12"}]
    stop, decide = detail["acts"]
    assert (stop["kind_zh"], stop["procedure"], stop["days"], stop["document"]["reason"]) == (
        "转特别程序",
        "testing",
        10,
        "水质须送检",
    )
    assert (decide["state"], decide["rule"], decide["detail"]) == ("refused", "L-STOP", "特别程序尚未结束。")


async def test_the_head_of_the_agency_extends_what_an_officer_holds(world: World) -> None:
    case, task = await claimed(world)
    written = {"kind": "extend", **WRITTEN["extend"]}
    officer = await act(world, task, written, f"k-{case.id}", world.bearer("li"))
    assert (officer.status_code, slug(officer)) == (403, "forbidden")
    assert "部门负责人" in officer.json()["detail"]
    head = world.bearer_as("zhao", HEAD)
    assert (await world.http.get(f"/v1/inbox/tasks/{task}", headers=head)).status_code == 200
    answer = await act(world, task, written, f"k-{case.id}", head)
    assert answer.status_code == 200
    [applied] = await case.query(SmallCase.acts)
    assert (applied.role, applied.officer) == ("agency_head", "zhao")
    foreign = await act(world, task, written, f"f-{case.id}", world.bearer_as("zhao", HEAD, "market"))
    assert (foreign.status_code, slug(foreign)) == (403, "foreign-step")


async def test_a_head_who_is_no_officer_decides_nothing(world: World) -> None:
    case, task = await claimed(world)
    grant = {"kind": "decide", "decision": "granted"}
    for headers in (world.bearer_as("zhao", HEAD), world.bearer("zhou", "supervisor", None)):
        answer = await act(world, task, grant, f"k-{case.id}", headers)
        assert (answer.status_code, slug(answer)) == (403, "forbidden")
    release = await world.http.post(f"/v1/inbox/tasks/{task}/release", headers=world.bearer_as("zhao", HEAD))
    assert (release.status_code, slug(release)) == (403, "forbidden")
    assert await case.query(SmallCase.acts) == []
    # Who is both may do both, each in its own capacity.
    both = world.bearer_as("li", ("officer", "agency_head"))
    assert (await act(world, task, {"kind": "extend", **WRITTEN["extend"]}, f"e-{case.id}", both)).status_code == 200
    assert (await act(world, task, grant, f"d-{case.id}", both)).status_code == 200


async def test_a_supervisor_makes_an_exception_for_any_department(world: World) -> None:
    case = await world.start("review")  # of a department with a system of its own
    task = names.task_id(case.id, "review")
    request = decision(case.id, "review", kind="request_supplement", decision=..., **WRITTEN["request_supplement"])
    assert (await world.callback(request)).status_code == 200
    written = {"kind": "override", **WRITTEN["override"]}
    for headers in (world.bearer("li", department="market"), world.bearer_as("zhao", HEAD, "market")):
        assert (await act(world, task, written, f"k-{case.id}", headers)).status_code == 403
    supervisor = world.bearer("zhou", "supervisor", None)
    first, again = [await act(world, task, written, f"k-{case.id}", supervisor) for _ in range(2)]
    assert (first.status_code, again.json()) == (200, first.json())
    applied = (await case.query(SmallCase.acts))[-1]
    assert (applied.department, applied.officer, applied.overrides) == ("market", "zhou", "L-ONCE")
    assert (await world.callback({**request, "act_id": f"second-{case.id}"})).status_code == 200
    other = await world.start("review")
    early = await act(world, names.task_id(other.id, "review"), written, f"e-{case.id}", supervisor)
    assert (early.status_code, slug(early), early.json()["rule"]) == (409, "not-overridable", "L-ONCE")
    nowhere = await act(world, "none:review", written, f"n-{case.id}", supervisor)
    assert (nowhere.status_code, slug(nowhere)) == (404, "unknown-task")


async def test_the_head_of_the_government_extends_the_case(world: World) -> None:
    case = await world.start("review")
    task = names.task_id(case.id, names.CASE_STEP)
    written = {"kind": "extend", "role": "government_head", "days": 15, "reason": "涉及多部门现场核查"}
    agency = await act(world, task, written, f"k-{case.id}", world.bearer_as("zhao", HEAD, "market"))
    assert (agency.status_code, slug(agency)) == (403, "forbidden")
    head: tuple[Role, ...] = ("government_head",)
    nobody = await act(world, task, written, f"k-{case.id}", world.bearer_as("sun", head, None))
    assert (nobody.status_code, slug(nobody)) == (403, "forbidden")
    sun = world.bearer_as("sun", head, "market")
    first, again = [await act(world, task, written, f"k-{case.id}", sun) for _ in range(2)]
    assert (first.status_code, first.json()) == (200, {"status": "applied", "case_status": "in_progress"})
    assert again.json() == first.json()
    conflict = await act(world, task, {**written, "days": 14}, f"k-{case.id}", sun)
    assert (conflict.status_code, slug(conflict)) == (409, "idempotency-conflict")
    applied = [(a.step, a.role, a.days) for a in await case.query(SmallCase.acts)]
    assert applied == [("case", "government_head", 15)]
    [row] = await world.rows("tasks", case.id)
    assert row["due"] == date(2030, 1, 1)
    elsewhere = await act(world, task, written, f"k-{case.id}", world.bearer_as("sun", head, "health"))
    assert (elsewhere.status_code, elsewhere.json()["rule"]) == (403, "L-EXT-15")
    nowhere = await act(world, "nobody:case", written, f"n-{case.id}", sun)
    assert (nowhere.status_code, slug(nowhere)) == (404, "unknown-task")


async def test_every_fault_at_once_with_its_rule(world: World) -> None:
    _, task = await claimed(world)
    written = {
        "kind": "extend",
        "role": "boss",
        "days": 0,
        "procedure": "nap",
        "missing": [{"note": " "}],
        "officer": "x",
    }
    answer = await act(world, task, written, "k", world.bearer("li"))
    assert (answer.status_code, slug(answer)) == (422, "invalid-act")
    assert {(fault["pointer"], fault.get("rule")) for fault in answer.json()["errors"]} == {
        ("/role", "L-EXT-10"),
        ("/days", "L-EXT-10"),
        ("/reason", "L-EXT-10"),
        ("/procedure", "L-STOP"),
        ("/missing", None),
        ("/missing/0", "L-ONCE"),
        ("/missing/0/note", "L-ONCE"),
        ("/officer", None),
    }
    case_task = task.replace(":review", ":case")
    answer = await act(world, case_task, {"kind": "extend"}, "k", world.bearer("li"))
    assert {fault["rule"] for fault in answer.json()["errors"]} == {"L-EXT-15"}
