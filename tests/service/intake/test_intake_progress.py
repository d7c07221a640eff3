"""Progress, events and results, and who may see them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from intake_events import START, accepted, due, event, granted, licence, put_document, record, started
from intake_world import CREDIT_CODE, World, slug

from lianban.clock.deadlines import SkippedDay, deadline, local_date
from lianban.clock.facts import ClockFacts, Stop
from lianban.clock.limits import Light, Unit
from lianban.contracts.documents import ActDocument
from lianban.contracts.status import (
    CLOSED,
    CaseStatus,
    Cause,
    Decision,
    DeliveryState,
    EventKind,
    Outcome,
    StepState,
)


async def filed_for_acceptance(intake: World) -> str:
    """A case that an officer has to accept."""
    application = await intake.application(
        theme="T2",
        answers={},
        form={"shop_name": "某公司"},
        materials=[],
        applicant={"name": "某公司", "credit_code": CREDIT_CODE, "mobile": "13800000000"},
        delivery={"mode": "electronic"},
    )
    answer = await intake.file(application)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["case_no"])


async def progress_of(intake: World, case_no: str) -> dict[str, Any]:
    response = await intake.get(f"/v1/applications/{case_no}")
    assert response.status_code == 200, response.text
    return dict(response.json())


def steps_of(progress: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {step["code"]: step for step in progress["steps"]}


async def test_just_filed(intake: World) -> None:
    case_no = await intake.filed()
    progress = await progress_of(intake, case_no)
    assert (progress["status"], progress["status_zh"], progress["light"]) == ("received", "已收件", "none")
    none_yet = {"state": None, "state_zh": None, "shipments": []}
    assert progress["delivery"] == {"mode": "courier", "mode_zh": "快递送达", **none_yet}
    assert progress["acceptance"] is None, "accepted on filing"
    steps = steps_of(progress)
    assert steps["hygiene"]["department_name"] == "许可局"
    assert {step["state_zh"] for step in progress["steps"]} == {"待前置环节"}


async def test_from_acceptance_to_completion(intake: World) -> None:
    case_no = await intake.filed()
    await record(intake, case_no, accepted(1), started(2, "owner-check"), started(3, "signboard"))
    progress = await progress_of(intake, case_no)
    assert (progress["status"], progress["light"]) == ("in_progress", "green")
    assert progress["accepted_at"] == "2026-03-02T02:00:00Z"
    assert progress["due"] == {"promised": "2026-03-20", "legal": "2026-04-20", "provisional": False}
    check = steps_of(progress)["owner-check"]
    assert (check["state"], check["started_at"]) == ("open", "2026-03-02T03:00:00Z")
    assert check["due"]["promised"] == "2026-03-09"

    await record(intake, case_no, granted(4, "owner-check"), granted(5, "signboard"))
    done = {"case_status": CaseStatus.DELIVERING}
    await record(
        intake,
        case_no,
        event(6, EventKind.CASE_DECIDED, outcome=Outcome.PARTIAL, **done),
        event(7, EventKind.DELIVERY_ORDERED, delivery=DeliveryState.ORDERED, shipment=1, due=due(28), **done),
        event(8, EventKind.DELIVERY_MOVED, delivery=DeliveryState.SIGNED, shipment=1, **done),
        event(9, EventKind.CASE_COMPLETED, case_status=CaseStatus.COMPLETED, outcome=Outcome.PARTIAL),
    )
    progress = await progress_of(intake, case_no)
    assert (progress["status_zh"], progress["outcome_zh"], progress["light"]) == ("已办结", "部分准予", "none")
    assert progress["delivery"]["state_zh"] == "已签收"
    assert progress["closed_at"] == "2026-03-02T10:00:00Z"
    assert progress["due"]["promised"] == "2026-03-20", "the delivery clock's deadline is not the case's"
    [shipment] = progress["delivery"]["shipments"]
    assert (shipment["number"], shipment["state_zh"], shipment["handed_over"]) == (1, "已签收", "2026-03-02")
    assert shipment["due"] == {"promised": "2026-03-28", "legal": "2026-04-28", "provisional": False}
    assert (shipment["clock"]["started"], shipment["clock"]["used"]) == ("2026-03-02", 0)
    assert steps_of(progress)["owner-check"]["decision"] == "granted"


async def test_delivery_is_as_far_as_the_least_advanced_shipment(intake: World) -> None:
    case_no = await intake.filed()

    async def told(seq: int, shipment: int, state: DeliveryState) -> str | None:
        moved = event(
            seq, EventKind.DELIVERY_MOVED, delivery=state, shipment=shipment, case_status=CaseStatus.DELIVERING
        )
        await record(intake, case_no, moved)
        return str((await progress_of(intake, case_no))["delivery"]["state"])

    assert await told(2, 1, DeliveryState.PICKED_UP) == "picked_up"
    assert await told(4, 2, DeliveryState.SIGNED) == "picked_up"
    assert await told(3, 2, DeliveryState.IN_TRANSIT) == "picked_up", "older than what is known"
    assert await told(6, 1, DeliveryState.SIGNED) == "signed"
    assert await told(7, 2, DeliveryState.RETURNED) == "returned"


async def test_what_is_decided_waits_within_its_own_time_and_what_comes_back_within_another(intake: World) -> None:
    case_no = await intake.filed()
    done = {"case_status": CaseStatus.DELIVERING, "shipment": 1}
    certified = granted(3, "hygiene").model_copy(update={"at": START + timedelta(days=1)})
    await record(intake, case_no, accepted(1), granted(2, "owner-check"), certified)
    [waiting] = (await progress_of(intake, case_no))["delivery"]["shipments"]
    assert (waiting["number"], waiting["state"], waiting["clock"]["started"]) == (None, None, "2026-03-03")
    assert waiting["due"]["promised"] == "2026-03-10", "5 working days of the theme"
    back = START + timedelta(days=7)
    await record(
        intake,
        case_no,
        event(4, EventKind.DELIVERY_ORDERED, delivery=DeliveryState.ORDERED, due=due(10), **done),
        event(5, EventKind.DELIVERY_MOVED, delivery=DeliveryState.PICKED_UP, **done),
        event(6, EventKind.DELIVERY_MOVED, delivery=DeliveryState.RETURNED, at=back, **done),
    )
    [returned] = (await progress_of(intake, case_no))["delivery"]["shipments"]
    assert (returned["state_zh"], returned["clock"]["started"], returned["handed_over"]) == (
        "已退回",
        "2026-03-09",
        None,
    )
    assert returned["due"]["promised"] == "2026-03-16"


async def test_the_clock_of_acceptance_stands_still_for_a_supplement_and_begins_anew(intake: World) -> None:
    case_no = await filed_for_acceptance(intake)
    begun = await progress_of(intake, case_no)
    today = local_date(datetime.fromisoformat(begun["received_at"]))
    counted = deadline(intake.state.catalogues.current.calendar, today, 5, Unit.WORKING_DAYS)
    clock = begun["acceptance"]["clock"]
    assert (begun["acceptance"]["due"]["promised"], begun["clock"]) == (counted.day.isoformat(), None)
    assert (clock["started"], clock["used"], clock["left"]) == (today.isoformat(), 0, clock["legal_left"])
    wait = Stop(began=date(2026, 3, 2), reason="等待申请人补正", planned=date(2026, 3, 30))
    facts = ClockFacts(started=today, stops=(wait,))
    unaccepted = {"case_status": CaseStatus.SUPPLEMENT, "until": date(2026, 3, 30), "clock": facts}
    await record(intake, case_no, event(1, EventKind.CASE_SUPPLEMENT_REQUESTED, **unaccepted))
    stopped = (await progress_of(intake, case_no))["acceptance"]
    assert (stopped["due"], stopped["clock"]["stopped"], stopped["clock"]["left"]) == (None, True, None)
    [move] = stopped["clock"]["moves"]
    assert (move["reason"], move["text_zh"]) == (
        "supplement",
        "告知申请人补正，停止计时，应于2026年3月30日前（含当日）补正。",
    )
    anew = ClockFacts(started=date(2026, 3, 10), stops=(wait.model_copy(update={"ended": date(2026, 3, 10)}),))
    again = {"case_status": CaseStatus.RECEIVED, "due": due(17), "clock": anew}
    await record(intake, case_no, event(2, EventKind.CASE_SUPPLEMENT_RECEIVED, **again))
    await record(intake, case_no, accepted(3, at=START + timedelta(days=10)))
    ended = (await progress_of(intake, case_no))["acceptance"]
    assert (ended["due"]["promised"], ended["clock"]["started"], ended["ended"]) == (
        "2026-03-17",
        "2026-03-10",
        "2026-03-12",
    )
    assert (ended["clock"]["used"], ended["clock"]["left"]) == (2, 3)


async def test_a_case_that_was_withdrawn_has_no_light(intake: World) -> None:
    case_no = await intake.filed()
    withdrawn = {"case_status": CaseStatus.WITHDRAWN, "light": Light.YELLOW, "outcome": Outcome.WITHDRAWN}
    await record(intake, case_no, accepted(1), event(2, EventKind.CASE_WITHDRAWN, **withdrawn))
    progress = await progress_of(intake, case_no)
    assert (progress["status"], progress["light"], progress["light_zh"]) == ("withdrawn", "none", "—")


async def test_a_stop_takes_the_date_away_and_the_resumption_brings_it_back(intake: World) -> None:
    case_no = await intake.filed()
    step = {"step": "hygiene", "department": "d"}
    began, ended = date(2026, 3, 4), date(2026, 3, 11)
    testing = Stop(began=began, planned=date(2026, 3, 12), reason="特别程序：检测")
    facts = ClockFacts(started=date(2026, 3, 2), stops=(testing,))
    stopped = event(
        5,
        EventKind.STEP_STOPPED,
        **step,
        state=StepState.STOPPED,
        procedure="testing",
        days=6,
        until=date(2026, 3, 12),
        was=due(9),
        clock=facts,
    )
    over = facts.model_copy(update={"stops": (testing.model_copy(update={"ended": ended}),)})
    skipped = (SkippedDay(day=date(2026, 3, 5), reason="特别程序：检测"),)
    resumed = event(
        6,
        EventKind.STEP_RESUMED,
        **step,
        state=StepState.OPEN,
        light=Light.GREEN,
        procedure="testing",
        was=due(9),
        due=due(16).model_copy(update={"trace": skipped}),
        clock=over,
    )
    await record(intake, case_no, accepted(1), started(2, "hygiene"), stopped)
    shown = steps_of(await progress_of(intake, case_no))["hygiene"]
    assert (shown["state_zh"], shown["light"], shown["due"]) == ("特别程序中", "none", None)
    assert (shown["clock"]["stopped"], shown["clock"]["used"], shown["clock"]["left"]) == (True, 2, None)
    assert shown["clock"]["stops"] == [
        {"reason": "特别程序：检测", "began": "2026-03-04", "planned": "2026-03-12", "ended": None}
    ]
    await record(intake, case_no, resumed, granted(7, "hygiene").model_copy(update={"at": START + timedelta(days=11)}))
    shown = steps_of(await progress_of(intake, case_no))["hygiene"]
    assert shown["due"]["promised"] == "2026-03-09", "as the decision told it"
    assert (shown["clock"]["used"], shown["clock"]["left"]) == (4, -4), "by the day it was decided"
    assert [(move["reason"], move["was"], move["due"]) for move in shown["clock"]["moves"]] == [
        ("stop", {"promised": "2026-03-09", "legal": "2026-04-09"}, None),
        ("stop", {"promised": "2026-03-09", "legal": "2026-04-09"}, {"promised": "2026-03-16", "legal": "2026-04-16"}),
    ]
    events = (await intake.get(f"/v1/applications/{case_no}/events")).json()["events"]
    told = {item["seq"]: item for item in events}
    assert (told[5]["procedure_zh"], told[5]["days"], told[5]["until"]) == ("检测", 6, "2026-03-12")
    assert (told[5]["rule"], told[5]["due"], told[5]["was"]["promised"]) == ("L-STOP", None, "2026-03-09")
    assert told[5]["rule_zh"].startswith("行政许可法第四十五条")
    assert told[6]["due"]["trace"] == [{"day": "2026-03-05", "reason": "特别程序：检测"}]


@pytest.mark.parametrize("status", sorted(CLOSED))
async def test_a_closed_case_has_no_light(intake: World, status: CaseStatus) -> None:
    case_no = await intake.filed()
    await record(
        intake, case_no, accepted(1), event(2, EventKind(f"case.{status}"), case_status=status, light=Light.RED)
    )
    progress = await progress_of(intake, case_no)
    assert (progress["status"], progress["light"]) == (status, "none")
    assert progress["closed_at"] == "2026-03-02T03:00:00Z"


async def test_acceptance_by_silence_counts_from_the_supplement_where_there_was_one(intake: World) -> None:
    case_no = await intake.filed()
    asked = event(1, EventKind.CASE_SUPPLEMENT_REQUESTED, case_status=CaseStatus.SUPPLEMENT, until=date(2026, 3, 30))
    complete = event(2, EventKind.CASE_SUPPLEMENT_RECEIVED, case_status=CaseStatus.RECEIVED, due=due(6))
    await record(intake, case_no, asked)
    assert (await progress_of(intake, case_no))["status_zh"] == "待补正"
    await record(intake, case_no, complete, accepted(3, cause=Cause.DEEMED))
    progress = await progress_of(intake, case_no)
    assert (progress["deemed"], progress["accepted_at"]) == (True, "2026-03-02T03:00:00Z")


async def test_light_is_the_worst_of_all_that_runs(intake: World) -> None:
    case_no = await intake.filed()
    red = event(
        3, EventKind.STEP_LIGHT, step="owner-check", state=StepState.OPEN, light=Light.RED, cause=Cause.PROMISE_OVERDUE
    )
    await record(intake, case_no, accepted(1), started(2, "owner-check"), red)
    assert (await progress_of(intake, case_no))["light_zh"] == "红灯"
    await record(intake, case_no, granted(4, "owner-check"))
    assert (await progress_of(intake, case_no))["light"] == "green"


async def test_acceptance_by_silence_counts_from_receipt(intake: World) -> None:
    case_no = await intake.filed()
    await record(intake, case_no, accepted(1, cause=Cause.DEEMED))
    progress = await progress_of(intake, case_no)
    assert progress["deemed"] is True
    assert progress["accepted_at"] == progress["received_at"]


async def test_events_in_order_without_names_of_officers(intake: World) -> None:
    case_no = await intake.filed()
    await record(intake, case_no, granted(3, "hygiene"), started(2, "hygiene"))
    await record(intake, case_no, event(1, EventKind.STEP_STARTED, step="acceptance", state=StepState.OPEN))
    response = await intake.get(f"/v1/applications/{case_no}/events")
    events = response.json()["events"]
    assert [(item["seq"], item["kind_zh"], item["step_name"]) for item in events] == [
        (0, "收件", None),
        (1, "分送部门", "受理"),
        (2, "分送部门", "卫生许可"),
        (3, "部门办结", "卫生许可"),
    ]
    assert "officer-1" not in response.text


async def test_results_of_grants_and_refusals(intake: World) -> None:
    case_no = await intake.filed()
    refusal = ActDocument(reason="面积不足", legal_basis="测试条例第三条", remedy="六十日内可申请复议")
    refused = event(
        2,
        EventKind.STEP_DECIDED,
        step="signboard",
        state=StepState.REFUSED,
        decision=Decision.REFUSED,
        document=await put_document(intake, refusal),
    )
    await record(intake, case_no, granted(1, "owner-check"), refused, granted(3, "hygiene", await licence(intake)))
    response = await intake.get(f"/v1/applications/{case_no}/results")
    decisions = {item["step"]: item for item in response.json()["decisions"]}
    assert set(decisions) == {"owner-check", "signboard", "hygiene"}
    assert decisions["owner-check"]["results"] == []
    assert decisions["signboard"]["decision_zh"] == "不予（不通过）"
    assert decisions["signboard"]["reason"] == "面积不足"
    assert decisions["signboard"]["remedy"] == "六十日内可申请复议"
    [result] = decisions["hygiene"]["results"]
    assert (result["number"], result["valid_from"], result["valid_until"]) == ("鄂卫 1", "2026-03-03", None)

    download = await intake.get(result["file"]["href"])
    assert download.content == b"%PDF-licence"
    assert download.headers["content-type"] == "application/pdf"
    assert download.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E8%AE%B8")
    assert download.headers["x-content-type-options"] == "nosniff"


async def test_result_that_is_not_there(intake: World) -> None:
    case_no = await intake.filed()
    for place in ("hygiene/licence", "nowhere/licence"):
        response = await intake.get(f"/v1/applications/{case_no}/results/{place}")
        assert (response.status_code, slug(response)) == (404, "unknown-result")


async def test_document_not_in_the_store_yet(intake: World) -> None:
    case_no = await intake.filed()
    await record(intake, case_no, granted(1, "hygiene", "0" * 64))
    response = await intake.get(f"/v1/applications/{case_no}/results")
    assert (response.status_code, slug(response)) == (503, "unavailable")
    assert response.headers["retry-after"]


@pytest.mark.parametrize("page", ["", "/events", "/results", "/results/hygiene/licence"])
async def test_foreign_portal_and_unknown_number_look_the_same(intake: World, page: str) -> None:
    case_no = await intake.filed()
    for number, subject in ((case_no, "portal-b"), ("429006T1202601010000001A", "portal-a")):
        response = await intake.get(f"/v1/applications/{number}{page}", subject=subject)
        assert (response.status_code, slug(response)) == (404, "unknown-case")


@pytest.mark.parametrize("role", ["window", "operator", "supervisor"])
async def test_who_sees_every_case(intake: World, role: str) -> None:
    case_no = await intake.filed()
    assert (await intake.get(f"/v1/applications/{case_no}", role, "someone")).status_code == 200


async def test_who_sees_none(intake: World) -> None:
    case_no = await intake.filed()
    response = await intake.get(f"/v1/applications/{case_no}", "officer", "o")
    assert (response.status_code, slug(response)) == (403, "forbidden")
    assert slug(await intake.http.get(f"/v1/applications/{case_no}")) == "unauthenticated"
