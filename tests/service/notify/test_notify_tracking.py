"""Tracking callbacks: kept before they are acknowledged, harmless in any order, carried when Temporal is back."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from notify_small_case import SmallCase
from notify_world import World
from pydantic_core import to_json
from sqlalchemy import text

from lianban.catalog.terms import DeliveryMode
from lianban.contracts.orders import DeliveryOrder
from lianban.platform.webhooks import new_secret, sign
from lianban_notify.deliveries.carrier import update_id

TRACKED = {
    "event_id": "e-1",
    "order_no": "O-1",
    "waybill_no": "W-1",
    "state": "signed",
    "occurred_at": "2026-07-01T09:00:00+08:00",
}


def slug(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).removeprefix("urn:lianban:problem:")


async def carried(world: World, case_no: str, number: int) -> list[dict[str, object]]:
    rows = []

    async def all_carried() -> bool:
        rows[:] = await world.rows("delivery_events", case_no)
        return len(rows) == number and all(row["carried_at"] for row in rows)

    await world.until(all_carried)
    return rows


async def test_repeats_and_disorder_are_harmless(world: World) -> None:
    case = await world.case()
    order = await world.deliver(case)
    order_no = await world.ordered(order)
    for state in ("in_transit", "picked_up"):
        event = {"occurred_at": f"2026-07-0{1 if state == 'picked_up' else 2}T09:00:00+08:00"}
        for _ in range(3):
            assert (await world.track(order_no, state, **event)).status_code == 200
    await carried(world, case.id, 2)
    view = await world.view(case.id)
    assert view["state"] == "in_transit"
    assert [entry["state"] for entry in view["trail"]] == ["picked_up", "in_transit"]
    # Whatever comes first tells that the courier has it; what comes after tells nothing new.
    assert sum("揽收" in text for text in await world.heard(case.id, "揽收")) == 1
    await world.track(order_no, "signed")
    assert await case.result() == 3
    await world.heard(case.id, "结果已送达")


async def test_another_event_under_a_known_id_is_a_problem(world: World) -> None:
    case = await world.case()
    order_no = await world.ordered(await world.deliver(case))
    assert (await world.track(order_no, "picked_up", event_id=f"{case.id}-1", place="甲")).status_code == 200
    answer = await world.track(order_no, "signed", event_id=f"{case.id}-1", place="甲")
    assert (answer.status_code, slug(answer)) == (409, "event-conflict")
    [kept] = await carried(world, case.id, 1)
    assert kept["state"] == "picked_up"
    await case.terminate()


async def test_news_faster_than_the_answer_to_the_order_is_matched_later(world: World) -> None:
    case = await world.case()
    order_no = f"O{case.id[-10:]}"
    assert (await world.track(order_no, "picked_up")).status_code == 200
    await asyncio.sleep(1.2)
    order = await world.deliver(case)
    await world.ordered(order)
    async with world.engine.begin() as connection:
        await connection.execute(
            text("UPDATE notify.deliveries SET order_no = :number WHERE key = :key"),
            {"number": order_no, "key": order.key},
        )
    await carried(world, case.id, 1)
    assert await case.query(SmallCase.acts) == [update_id(f"{order_no}-picked_up")]
    await case.terminate()


async def test_forged_stale_and_unsigned_callbacks_are_refused(world: World) -> None:
    body = to_json({"event_id": "forged", "order_no": "O1", "waybill_no": "W1", "state": "signed"})
    post = world.http.post
    path = "/v1/courier/tracking"
    unsigned = await post(path, content=body)
    forged = await post(path, content=body, headers=sign(new_secret(), "forged", body))
    stale = sign(world.courier_secret, "forged", body) | {"webhook-timestamp": "1000000000"}
    assert [slug(answer) for answer in (unsigned, forged, await post(path, content=body, headers=stale))] == [
        "signature-missing",
        "signature-invalid",
        "signature-stale",
    ]
    assert {unsigned.status_code, forged.status_code} == {401}
    async with world.engine.connect() as connection:
        kept = text("SELECT 1 FROM notify.delivery_events WHERE event_id = 'forged'")
        assert (await connection.execute(kept)).all() == []


async def test_every_fault_of_a_callback_is_told(world: World) -> None:
    answer = await world.track("O-faults", "lost", occurred_at="2026-07-01T09:00:00", waybill_no=...)
    assert (answer.status_code, slug(answer)) == (422, "invalid-request")
    assert {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]} == {
        ("/state", "literal_error"),
        ("/occurred_at", "timezone_aware"),
        ("/waybill_no", "missing"),
    }
    body = b"not json"
    odd = await world.http.post("/v1/courier/tracking", content=body, headers=sign(world.courier_secret, "odd", body))
    assert (odd.status_code, slug(odd)) == (422, "invalid-request")


@pytest.mark.parametrize("field", ["event_id", "order_no", "waybill_no"])
async def test_numbers_are_printable(world: World, field: str) -> None:
    for number in ("a\x00", "号码", ""):
        body = to_json({**TRACKED, field: number})
        answer = await world.http.post(
            "/v1/courier/tracking", content=body, headers=sign(world.courier_secret, "m-1", body)
        )
        assert (answer.status_code, slug(answer)) == (422, "invalid-request")
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [f"/{field}"]


@pytest.mark.parametrize("case_no", ["%00", "%E5%8F%B7", "9" * 65])
async def test_case_numbers_are_printable(world: World, case_no: str) -> None:
    path = f"/v1/deliveries/{case_no}"
    assert (await world.http.get(path, headers=world.bearer("operator"))).status_code == 422
    assert (await world.http.post(f"{path}/collected", headers=world.bearer("window"))).status_code == 422


async def test_departments_do_not_look(world: World) -> None:
    for role in ("service", "supervisor", "window"):
        token = world.authority.issue("market-system", (role,), "market")
        answer = await world.http.get("/v1/deliveries/429006X0", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, slug(answer)) == (403, "forbidden")


async def test_news_is_kept_while_temporal_is_away_and_told_afterwards(world: World) -> None:
    case = await world.case()
    order_no = await world.ordered(await world.deliver(case))
    await world.heard(case.id, "已全部办结")
    await world.cable.cut()
    try:
        for state in ("picked_up", "signed"):
            assert (await world.track(order_no, state)).json()["status"] == "stored"
        await asyncio.sleep(1.5)
        rows = await world.rows("delivery_events", case.id)
        assert len(rows) == 2
        assert not any(row["carried_at"] for row in rows)
        assert (await world.http.get("/health/ready")).status_code == 200
    finally:
        await world.cable.mend()
    assert await case.result() == 2
    await world.heard(case.id, "已由快递揽收", "结果已送达")
    assert len(await world.recorded(case.id, 3)) == 3


async def test_a_clerk_need_not_wait_for_temporal(world: World) -> None:
    case = await world.case()
    await world.deliver(case, DeliveryMode.PICKUP)
    await world.heard(case.id, "可以领取")

    async def notified() -> bool:
        return (await world.view(case.id))["state"] == "notified"

    await world.until(notified)
    await world.cable.cut()
    try:
        path = f"/v1/deliveries/{case.id}/collected"
        answer = await world.http.post(path, headers=world.bearer("window"))
        assert (answer.status_code, answer.json()["status"]) == (202, "stored")
        again = await world.http.post(path, headers=world.bearer("window"))
        assert (again.status_code, again.json()["status"]) == (202, "stored")
    finally:
        await world.cable.mend()
    assert await case.result() == 1


async def test_a_case_that_refuses_has_its_refusal_written_down(world: World) -> None:
    case = await world.case()
    order: DeliveryOrder = await world.deliver(case, shipment=10)
    await world.track(await world.ordered(order), "in_transit")
    [row] = await carried(world, case.id, 1)
    assert row["refusal"] == "no-delivery"
    await case.terminate()


async def test_a_case_that_is_over_takes_no_news_but_the_parcel_is_still_followed(world: World) -> None:
    case = await world.case()
    order_no = await world.ordered(await world.deliver(case))
    await case.terminate()
    await world.track(order_no, "picked_up")
    [row] = await carried(world, case.id, 1)
    assert row["refusal"] == "case-closed"
    assert (await world.view(case.id))["state"] == "picked_up"
    await world.heard(case.id, "已由快递揽收")


@pytest.mark.parametrize(
    ("method", "path", "role", "status"),
    [
        ("GET", "/v1/deliveries/{}", None, 401),
        ("GET", "/v1/deliveries/{}", "portal", 403),
        ("GET", "/v1/deliveries/{}", "service", 404),
        ("POST", "/v1/deliveries/{}/collected", None, 401),
        ("POST", "/v1/deliveries/{}/collected", "officer", 403),
        ("POST", "/v1/deliveries/{}/collected", "window", 404),
    ],
)
async def test_who_may_what(world: World, method: str, path: str, role: str | None, status: int) -> None:
    headers = world.bearer(role) if role else {}  # type: ignore[arg-type]
    answer = await world.http.request(method, path.format("429006X0"), headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
