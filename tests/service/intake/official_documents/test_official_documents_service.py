"""Official documents over the API: numbered with their events, typeset once, for who may see them."""

from __future__ import annotations

import asyncio
import re
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from intake_events import accepted, batch, event, granted, licence, put_document, record, started
from intake_world import World, slug

from lianban.contracts.documents import ActDocument, MissingItem
from lianban.contracts.events import CaseEvent, EventBatch, RecordedEvents
from lianban.contracts.status import Decision, DeliveryState, EventKind, StepState
from lianban_intake.events.activities import EventActivities

SERVICE: dict[str, Any] = {"role": "service", "subject": "notify"}


def requested(seq: int, document: str) -> CaseEvent:
    return event(
        seq,
        EventKind.STEP_SUPPLEMENT_REQUESTED,
        step="hygiene",
        state=StepState.SUPPLEMENT,
        until=date(2026, 4, 1),
        document=document,
    )


async def missing(intake: World) -> str:
    item = MissingItem(material="lease", note="租期已届满，请提交续租后的合同。")
    return await put_document(intake, ActDocument(reason="材料不全。", missing=(item,)))


async def listed(intake: World, case_no: str) -> list[dict[str, Any]]:
    response = await intake.get(f"/v1/cases/{case_no}/documents")
    assert response.status_code == 200, response.text
    assert response.json()["case_no"] == case_no
    documents: list[dict[str, Any]] = response.json()["documents"]
    return documents


async def test_a_case_and_its_documents(intake: World) -> None:
    case_no = await intake.filed()
    assert await listed(intake, case_no) == []
    await record(
        intake,
        case_no,
        accepted(1),
        started(2, "owner-check"),
        granted(3, "owner-check"),  # a registry's answer is no decision
        started(4, "hygiene"),
        requested(5, await missing(intake)),
        granted(6, "hygiene", await licence(intake)),
        event(7, EventKind.DELIVERY_ORDERED, delivery=DeliveryState.ORDERED, shipment=1),
        event(8, EventKind.DELIVERY_MOVED, delivery=DeliveryState.SIGNED, shipment=1),
    )
    found = await listed(intake, case_no)
    assert [(item["seq"], item["kind"], item["title"], item["step"], item["step_name"]) for item in found] == [
        (1, "acceptance", "受理通知书", None, None),
        (5, "supplement", "一次性补正告知书", "hygiene", "卫生许可"),
        (6, "approval", "准予决定书", "hygiene", "卫生许可"),
        (8, "delivery_receipt", "送达回证", None, None),
    ]
    words = ("受", "补", "准", "送")
    assert all(
        re.fullmatch(f"天办{word}〔2026〕[0-9]+号", item["number"]) for word, item in zip(words, found, strict=True)
    )
    assert len({item["number"] for item in found}) == 4
    assert {item["dated"] for item in found} == {"2026-03-02"}
    for item in found:
        response = await intake.get(item["href"])
        assert response.headers["content-type"] == "application/pdf"
        assert response.headers["cache-control"] == "no-store"
        assert f"{item['title']} {item['number']}".encode() in response.content


async def test_recording_again_reserves_no_other_number(intake: World) -> None:
    case_no = await intake.filed()
    await record(intake, case_no, accepted(1))
    before = await listed(intake, case_no)
    await record(intake, case_no, accepted(1), granted(3, "hygiene"))
    await record(intake, case_no, granted(3, "hygiene"), accepted(1))
    after = await listed(intake, case_no)
    assert after[0] == before[0]
    assert len(after) == 2


async def test_numbers_are_unique_while_many_record_at_once(intake: World) -> None:
    """As relays of several services do: the same events, in batches that overlap."""
    numbers = [await intake.filed() for _ in range(12)]
    activities = EventActivities(intake.state.direct)
    events = (accepted(1), granted(2, "hygiene"), granted(3, "signboard"))

    def of_all(order: list[str], *told: CaseEvent) -> EventBatch:
        return EventBatch(cases=tuple(RecordedEvents(case_no=number, events=told) for number in order))

    await asyncio.gather(
        *(
            activities.record_events(of_all(order, *told))
            for told in (events, events[:1], events[1:], events[::-1])
            for order in (numbers, numbers[::-1], numbers[::2])
        )
    )
    found = [item["number"] for number in numbers for item in await listed(intake, number)]
    assert len(found) == len(set(found)) == 36
    await record(intake, numbers[0], event(4, EventKind.STEP_LAPSED, step="gas-supply"))
    serials = [int(item["number"].partition("〕")[2].removesuffix("号")) for item in await listed(intake, numbers[0])]
    assert serials[-1] > max(int(number.partition("〕")[2].removesuffix("号")) for number in found)


async def test_typeset_once_and_the_same_ever_after(intake: World) -> None:
    case_no = await intake.filed()
    document = await missing(intake)
    await record(intake, case_no, requested(5, document))
    digests = "SELECT digest FROM intake.official_documents WHERE case_no = :n"
    assert (await intake.rows(digests, n=case_no))[0]["digest"] is None
    path = f"/v1/cases/{case_no}/documents/5"
    first, at_once = await asyncio.gather(intake.get(path), intake.get(path))
    assert first.content == at_once.content
    [row] = await intake.rows(digests, n=case_no)
    assert await intake.state.objects.get(row["digest"]) == first.content
    # What it was written from may go: it is kept.
    objects = Path(urlsplit(intake.settings.objects_url).path)
    [statement] = objects.rglob(document)
    statement.unlink()
    assert (await intake.get(path)).content == first.content


async def test_only_the_source_that_filed_sees_them(intake: World) -> None:
    case_no = await intake.filed()
    await record(intake, case_no, accepted(1))
    for path in (f"/v1/cases/{case_no}/documents", f"/v1/cases/{case_no}/documents/1"):
        other = await intake.get(path, subject="portal-b")
        assert (other.status_code, slug(other)) == (404, "unknown-case")
        assert (await intake.get(path, "service", "notify")).status_code == 403
        assert (await intake.http.get(path)).status_code == 401
        assert (await intake.get(path, "window", "window-1")).status_code == 200


async def test_what_there_is_no_document_of(intake: World) -> None:
    case_no = await intake.filed()
    await record(intake, case_no, accepted(1), started(2, "hygiene"))
    for seq, problem in ((0, "no-document"), (2, "no-document"), (3, "unknown-event")):
        response = await intake.get(f"/v1/cases/{case_no}/documents/{seq}")
        assert (response.status_code, slug(response)) == (404, problem)
    response = await intake.get(f"/v1/cases/{case_no}/documents/x")
    assert (response.status_code, slug(response)) == (422, "invalid-request")
    response = await intake.get(f"/v1/cases/{case_no}/documents/99999999999")
    assert (response.status_code, slug(response)) == (422, "invalid-request")


@pytest.mark.parametrize("kind", [EventKind.STEP_LAPSED, EventKind.DELIVERY_MOVED])
async def test_what_tells_of_the_past_waits_for_all_of_it(intake: World, kind: EventKind) -> None:
    case_no = await intake.filed()
    fields: dict[str, Any] = (
        {"step": "hygiene", "state": StepState.LAPSED}
        if kind is EventKind.STEP_LAPSED
        else {"delivery": DeliveryState.SIGNED, "shipment": 1}
    )
    await record(intake, case_no, accepted(1), event(3, kind, **fields))
    path = f"/v1/cases/{case_no}/documents/3"
    response = await intake.get(path)
    assert (response.status_code, slug(response)) == (503, "unavailable")
    assert response.headers["retry-after"] == "5"
    await record(intake, case_no, granted(2, "hygiene"))
    assert (await intake.get(path)).status_code == 200


async def test_the_departments_statement_has_to_be_there(intake: World) -> None:
    case_no = await intake.filed()
    refused = granted(2, "hygiene", "0" * 64).model_copy(
        update={"decision": Decision.REFUSED, "state": StepState.REFUSED}
    )
    await record(intake, case_no, refused)
    response = await intake.get(f"/v1/cases/{case_no}/documents/2")
    assert (response.status_code, slug(response)) == (503, "unavailable")
    assert [item["kind"] for item in await listed(intake, case_no)] == ["refusal"]


async def test_services_are_given_them_and_that_is_written_down(intake: World) -> None:
    case_no = await intake.filed()
    await record(intake, case_no, accepted(1), started(2, "hygiene"))
    path = f"/internal/v1/cases/{case_no}/documents"
    given = await intake.get(f"{path}/1?purpose=告知", **SERVICE)
    [shown] = await listed(intake, case_no)
    assert given.json() == {key: shown[key] for key in ("seq", "kind", "title", "number", "dated")}
    pdf = await intake.get(f"{path}/1/pdf?purpose=告知", **SERVICE)
    assert pdf.content == (await intake.get(shown["href"])).content
    assert slug(await intake.get(f"{path}/2?purpose=告知", **SERVICE)) == "no-document"
    assert slug(await intake.get(f"{path}/7/pdf?purpose=告知", **SERVICE)) == "unknown-event"
    log = "SELECT subject, step, purpose FROM intake.dossier_accesses WHERE case_no = :n ORDER BY id"
    assert [tuple(row.values()) for row in await intake.rows(log, n=case_no)] == [
        ("notify", None, f"告知（文书 {seq}）") for seq in (1, 1, 2, 7)
    ]
    assert (await intake.get(f"{path}/1", **SERVICE)).status_code == 422
    assert (await intake.get(f"{path}/1?purpose=x")).status_code == 403


async def test_events_of_unknown_cases_get_no_number(intake: World) -> None:
    nobody = "429006T1202601010000010X"
    await EventActivities(intake.state.direct).record_events(batch(nobody, accepted(1)))
    assert await intake.rows("SELECT 1 FROM intake.official_documents WHERE case_no = :n", n=nobody) == []
