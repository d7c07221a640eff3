"""Supplements, taken by the real workflow of the case: what is asked, handed in, refused, and seen afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from intake_events import put_document, record
from intake_supplements import MISSING, NEW_LEASE, asked, corrections, dossier, hand_in, listed
from intake_world import NOBODY, PDF, PNG, World, eventually, faults, running, slug
from temporalio.client import Client

from lianban.contracts.acts import ActOutcome, DepartmentAct, Supplement, Withdrawal
from lianban.contracts.documents import ActDocument, MissingItem
from lianban.contracts.names import UPDATE_ACT, UPDATE_SUPPLEMENT, UPDATE_WITHDRAW
from lianban.contracts.status import ActKind, ActorKind, Role
from lianban_intake.supplements.service import act_id_of
from lianban_orchestrator.worker import case_worker


@pytest.fixture(scope="module")
async def world(
    intake_folder: Path, intake_url: str, temporal_server: str, temporal_client: Client
) -> AsyncIterator[World]:
    """The intake, and workflows that run; departments and notify are away."""
    async with (
        case_worker(temporal_client),
        running(intake_folder, intake_url, temporal_server, outbox_poll=3600) as world,
    ):
        yield world


async def test_what_is_asked_and_until_when(world: World, temporal_client: Client) -> None:
    case_no = await asked(world, temporal_client)
    shown = await listed(world, case_no)
    [request] = shown["requests"]
    assert (request["step"], request["step_name"], request["reason"]) == ("signboard", "户外招牌备案", "申请材料不全")
    assert request["items"] == [
        {"element": "shop_area", "material": None, "name": "营业面积", "note": "与租赁合同不一致"},
        {"element": None, "material": "lease", "name": "房屋租赁合同", "note": "缺第二页"},
    ]
    year, month, day = map(int, request["until"].split("-"))
    assert request["text_zh"].startswith(f"请于{year}年{month}月{day}日前（含当日）一次提交以下全部补正内容")
    assert shown["handed_in"] == []


async def test_handed_in_the_clock_starts_anew_and_the_dossier_shows_it(world: World, temporal_client: Client) -> None:
    case_no = await asked(world, temporal_client)
    before = await dossier(world, case_no)
    response = await hand_in(world, case_no)
    assert response.status_code == 200, response.text
    answer = response.json()
    assert (answer["state"], answer["state_zh"], answer["step_name"]) == ("applied", "已补正", "户外招牌备案")

    steps = (await world.get(f"/v1/applications/{case_no}")).json()["steps"]
    [step] = [step for step in steps if step["code"] == "signboard"]
    assert (step["state"], step["due"]) == ("open", answer["due"])
    assert [move["reason"] for move in step["clock"]["moves"]] == ["supplement", "supplement"]

    after = await dossier(world, case_no)
    assert (before["elements"]["shop_area"]["value"], after["elements"]["shop_area"]["value"]) == (60.5, 48)
    [lease] = after["materials"]
    assert await world.state.objects.get(lease["digest"]) == NEW_LEASE
    assert (lease["media_type"], lease["file_name"]) == ("application/pdf", "房屋租赁合同（补正1）.pdf")
    assert after["elements"]["fuel"] == before["elements"]["fuel"]

    shown = await listed(world, case_no)
    assert shown["requests"] == []
    [entry] = shown["handed_in"]
    assert (entry["step"], entry["state_zh"], entry["handed_in_at"]) == ("signboard", "已补正", answer["handed_in_at"])
    assert entry["elements"] == [{"element": "shop_area", "name": "营业面积"}]
    assert entry["materials"] == [{"material": "lease", "name": "房屋租赁合同", "files": 1}]


async def test_what_was_filed_stays_and_nothing_handed_in_is_readable(world: World, temporal_client: Client) -> None:
    case_no = await asked(world, temporal_client)
    filed = "SELECT form, materials FROM intake.applications WHERE case_no = :n"
    before = await world.rows(filed, n=case_no)
    assert (await hand_in(world, case_no)).status_code == 200
    assert await world.rows(filed, n=case_no) == before
    [row] = await world.rows("SELECT * FROM intake.supplements WHERE case_no = :n", n=case_no)
    assert b"shop_area" not in row["content"]
    assert not await world.rows("SELECT 1 FROM intake.pending_supplements WHERE act_id = :a", a=row["act_id"])


async def test_the_acceptance_may_find_something_missing_too(world: World, temporal_client: Client) -> None:
    application = await world.application(
        theme="T2",
        answers={},
        form={"shop_name": "某公司"},
        materials=[],
        applicant={"name": "某公司", "credit_code": "91110000600037341L", "mobile": "13800000000"},
        delivery={"mode": "electronic"},
    )
    missing = MissingItem(element="shop_name", note="应为全称")
    case_no = await asked(world, temporal_client, missing, application=application, step="acceptance")
    [request] = (await listed(world, case_no))["requests"]
    assert (request["step"], request["step_name"]) == ("acceptance", "受理")
    response = await hand_in(world, case_no, {"step": "acceptance", "form": {"shop_name": "某某有限公司"}})
    assert (response.status_code, response.json()["step_name"]) == (200, "受理")
    assert (await world.get(f"/v1/applications/{case_no}")).json()["status"] == "received"
    assert (await dossier(world, case_no, "acceptance"))["elements"]["shop_name"]["value"] == "某某有限公司"


async def test_every_fault_at_once(world: World, temporal_client: Client) -> None:
    case_no = await asked(
        world,
        temporal_client,
        *MISSING,
        MissingItem(element="opening_date", note="应晚于核准日期"),
        MissingItem(material="photo", note="看不清"),
    )
    photo, pdf = [(await world.upload(content)).json()["digest"] for content in (PNG, PDF)]
    body = {
        "step": "signboard",
        "form": {"shop_area": 0, "seats": 5, "surprise": "x"},
        "materials": {"photo": [photo, photo, pdf, "0" * 64], "passport": [pdf]},
    }
    response = await hand_in(world, case_no, body)
    assert (response.status_code, slug(response), response.json()["rule"]) == (
        422,
        "invalid-supplement",
        "L-SUPPLEMENT",
    )
    assert sorted(faults(response)) == sorted(
        [
            ("/form/opening_date", "missing"),
            ("/form/shop_area", "too-small"),
            ("/form/seats", "not-asked"),
            ("/form/surprise", "not-asked"),
            ("/materials/lease", "missing"),
            ("/materials/passport", "not-asked"),
            ("/materials/photo/1", "repeated"),
            ("/materials/photo/2", "material-format"),
            ("/materials/photo/3", "not-uploaded"),
        ]
    )
    messages = {error["pointer"]: error["message"] for error in response.json()["errors"]}
    assert messages["/materials/lease"] == "请补正“房屋租赁合同”：缺第二页"
    assert messages["/form/opening_date"] == "请补正“开业日期”：应晚于核准日期"
    assert (await listed(world, case_no))["handed_in"] == []


async def test_an_empty_list_of_files_answers_nothing(world: World, temporal_client: Client) -> None:
    case_no = await asked(world, temporal_client)
    response = await hand_in(world, case_no, await corrections(world, materials={"lease": []}))
    assert faults(response) == [("/materials/lease", "missing")]


async def test_what_the_case_does_not_have_is_not_waited_for(world: World, temporal_client: Client) -> None:
    case_no = await asked(world, temporal_client, *MISSING, MissingItem(element="of-another-form", note="?"))
    assert (await hand_in(world, case_no)).status_code == 200


async def test_repeated_with_the_same_key(world: World, temporal_client: Client) -> None:
    case_no = await asked(world, temporal_client)
    body = await corrections(world)
    first = await hand_in(world, case_no, body)
    second = await hand_in(world, case_no, {**body, "form": {"shop_area": 48}})
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    response = await hand_in(world, case_no, {**body, "form": {"shop_area": 49}})
    assert (response.status_code, slug(response)) == (409, "idempotency-conflict")
    response = await hand_in(world, case_no, body, key="another")
    assert (response.status_code, slug(response), response.json()["rule"]) == (409, "not-requested", "L-SUPPLEMENT")


async def test_at_the_same_time(world: World, temporal_client: Client) -> None:
    case_no = await asked(world, temporal_client)
    body = await corrections(world)
    same = await asyncio.gather(*(hand_in(world, case_no, body) for _ in range(4)))
    assert [answer.status_code for answer in same] == [200] * 4
    assert len({answer.text for answer in same}) == 1
    case_no = await asked(world, temporal_client)
    other = await asyncio.gather(*(hand_in(world, case_no, body, key=f"k{at}") for at in range(4)))
    assert sorted(answer.status_code for answer in other) == [200, 409, 409, 409]
    assert {slug(answer) for answer in other if answer.status_code == 409} <= {"already-supplemented", "not-requested"}


async def test_nobody_asked(world: World) -> None:
    case_no = await world.filed()
    for step in ("signboard", "acceptance", "nowhere"):
        response = await hand_in(world, case_no, {"step": step})
        assert (response.status_code, slug(response), response.json()["rule"]) == (
            409, "not-requested", "L-SUPPLEMENT",
        )  # fmt: skip
    assert await listed(world, case_no) == {"case_no": case_no, "requests": [], "handed_in": []}


async def test_refused_by_the_case_nothing_is_seen(world: World, temporal_client: Client) -> None:
    """The case was withdrawn, and the intake has not heard of it yet."""
    case_no = await asked(world, temporal_client)
    taken_back = Withdrawal(act_id="w")
    await temporal_client.get_workflow_handle(case_no).execute_update(UPDATE_WITHDRAW, taken_back, id="w")
    response = await hand_in(world, case_no)
    assert (response.status_code, slug(response), response.json()["rule"]) == (409, "case-closed", "L-SUPPLEMENT")
    again = await hand_in(world, case_no)
    assert again.json()["detail"] == response.json()["detail"]
    assert (await dossier(world, case_no))["elements"]["shop_area"]["value"] == 60.5
    [entry] = (await listed(world, case_no))["handed_in"]
    assert (entry["state"], entry["rule"], entry["refusal"]) == ("refused", "L-SUPPLEMENT", response.json()["detail"])


async def test_asked_once_more_by_a_supervisors_leave(world: World, temporal_client: Client) -> None:
    case_no = await asked(world, temporal_client)
    assert (await hand_in(world, case_no)).status_code == 200
    act: dict[str, Any] = {
        "step": "signboard",
        "department": "permits",
        "actor": ActorKind.HUMAN,
        "officer": "officer-1",
        "occurred_at": "2099-01-01T00:00:00Z",
        "document": await put_document(
            world, ActDocument(missing=(MissingItem(element="shop_area", note="仍不一致"),))
        ),
    }
    acts = [
        DepartmentAct(act_id="o", kind=ActKind.OVERRIDE, role=Role.SUPERVISOR, overrides="L-ONCE", **act),
        DepartmentAct(act_id="again", kind=ActKind.REQUEST_SUPPLEMENT, **act),
    ]
    for told in acts:
        outcome: ActOutcome = await temporal_client.get_workflow_handle(case_no).execute_update(
            UPDATE_ACT, told, id=told.act_id, result_type=ActOutcome
        )
        await record(world, case_no, *outcome.events)
    body = {"step": "signboard", "form": {"shop_area": 47.5}}
    assert (await hand_in(world, case_no, body, key="second")).status_code == 200
    shown = await dossier(world, case_no)
    assert shown["elements"]["shop_area"]["value"] == 47.5
    assert shown["materials"][0]["file_name"] == "房屋租赁合同（补正1）.pdf", "from the first supplement"
    assert [entry["state"] for entry in (await listed(world, case_no))["handed_in"]] == ["applied", "applied"]


async def test_kept_while_temporal_is_away_and_carried_later(
    world: World, temporal_client: Client, temporal_server: str, intake_folder: Path, intake_url: str
) -> None:
    case_no = await asked(world, temporal_client)
    body = await corrections(world)
    async with running(intake_folder, intake_url, NOBODY, outbox_poll=3600) as alone:
        response = await hand_in(alone, case_no, body)
        assert response.status_code == 202, response.text
        assert (response.json()["state"], response.json()["due"]) == ("pending", None)
        assert (await hand_in(alone, case_no, body)).json() == response.json()
        other = await hand_in(alone, case_no, body, key="another")
        assert (other.status_code, slug(other)) == (409, "already-supplemented")
        assert (await dossier(alone, case_no))["elements"]["shop_area"]["value"] == 60.5
        shown = await listed(alone, case_no)
        assert (shown["requests"], shown["handed_in"][0]["state_zh"]) == ([], "已收存，正在转送办理部门")
    async with world.state.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE intake.pending_supplements SET due_at = now()")

    async with running(intake_folder, intake_url, temporal_server, outbox_poll=0.1) as later:

        async def applied() -> bool:
            return bool((await listed(later, case_no))["handed_in"][0]["state"] == "applied")

        await eventually(applied)
    assert (await hand_in(world, case_no, body)).status_code == 200
    assert (await dossier(world, case_no))["elements"]["shop_area"]["value"] == 48


async def test_a_department_that_asks_before_the_answer_is_written_down(
    world: World, temporal_client: Client, intake_folder: Path, intake_url: str
) -> None:
    """The case has taken it and told its department; here it is not known yet."""
    case_no = await asked(world, temporal_client)
    async with running(intake_folder, intake_url, NOBODY, outbox_poll=3600) as alone:
        assert (await hand_in(alone, case_no)).status_code == 202
    act_id = act_id_of(case_no, "k")
    await temporal_client.get_workflow_handle(case_no).execute_update(
        UPDATE_SUPPLEMENT, Supplement(act_id=act_id, step="signboard"), id=act_id
    )
    assert (await dossier(world, case_no))["elements"]["shop_area"]["value"] == 48
    assert (await listed(world, case_no))["handed_in"][0]["state"] == "applied"


async def test_who_may(world: World, temporal_client: Client) -> None:
    case_no = await asked(world, temporal_client)
    body = await corrections(world)
    path = f"/v1/cases/{case_no}/supplements"
    for response in (
        await hand_in(world, case_no, body, subject="portal-b"),
        await world.get(path, subject="portal-b"),
    ):
        assert (response.status_code, slug(response)) == (404, "unknown-case")
    response = await hand_in(world, case_no, body, role="officer")
    assert (response.status_code, slug(response)) == (403, "forbidden")
    assert (await hand_in(world, case_no, body, role="window", subject="clerk")).status_code == 200


async def test_the_request_itself_is_not_in_the_store_yet(world: World, temporal_client: Client) -> None:
    case_no = await asked(world, temporal_client)
    [row] = await world.rows(
        "SELECT body->>'document' AS document FROM intake.events WHERE case_no = :n AND kind LIKE '%requested'",
        n=case_no,
    )
    digest = row["document"]
    path = intake_path(world, digest)
    content = path.read_bytes()
    path.unlink()
    try:
        response = await hand_in(world, case_no)
        assert (response.status_code, slug(response)) == (503, "unavailable")
    finally:
        path.write_bytes(content)


def intake_path(world: World, digest: str) -> Path:
    folder = Path(world.settings.objects_url.removeprefix("file://"))
    return folder / digest[:2] / digest[2:4] / digest


def test_act_id_tells_nothing_of_the_key() -> None:
    assert act_id_of("1", "a") == act_id_of("1", "a") != act_id_of("2", "a")
    assert "secret" not in act_id_of("1", "secret")
