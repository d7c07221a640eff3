"""The courier over HTTP: orders, journeys, tracking callbacks."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from lianban.platform.webhooks import new_secret, sign

ORDER = {
    "order_key": "C1:delivery:1",
    "sender": {"name": "天门市政务服务中心", "mobile": "19900000000", "address": "湖北省天门市（样例）"},
    "recipient": {"name": "测试甲子", "mobile": "19900000001", "address": "湖北省天门市示范路1号（样例）"},
    "contents": ["食品经营许可证"],
}
Send = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def send(world: Any, platform: Any, http: httpx.AsyncClient) -> Send:
    async def post(secret: str | None = None, **changes: Any) -> httpx.Response:
        body = json.dumps({**ORDER, **changes}).encode()
        headers = sign(secret or platform.secrets["courier"], ORDER["order_key"], body)
        return await http.post(f"{world.courier_url}/v1/orders", content=body, headers=headers)

    return post


async def test_a_parcel_is_followed_until_signed(
    send: Send, world: Any, platform: Any, http: httpx.AsyncClient
) -> None:
    ordered = await send()
    assert ordered.status_code == 201
    await platform.until(lambda: len(platform.tracking) == 3)
    assert [event["state"] for event in platform.tracking] == ["picked_up", "in_transit", "signed"]
    assert len({event["event_id"] for event in platform.tracking}) == 3
    assert all(ordered.json().items() <= event.items() for event in platform.tracking)
    tracked = (await http.get(f"{world.courier_url}/v1/orders/{ordered.json()['order_no']}")).json()
    assert (tracked["state"], tracked["trail"]) == ("signed", platform.tracking)


async def test_an_order_is_taken_once(send: Send, world: Any, http: httpx.AsyncClient) -> None:
    first, again = await send(), await send()
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (await send(contents=["别的"])).status_code == 409
    records = (await http.get(f"{world.courier_url}/records/parcels")).json()
    assert (records["total"], records["repeats"]) == (1, 2)


async def test_faulty_and_unsigned_orders_are_turned_away(send: Send) -> None:
    assert (await send(secret=new_secret())).status_code == 401
    faulty = await send(recipient={"name": "测试甲子", "mobile": "0728", "address": "湖北省天门市"})
    assert faulty.status_code == 422
    assert "recipient.mobile" in faulty.json()["error"]


async def test_tracking_keeps_its_order_through_a_disturbance(send: Send, platform: Any) -> None:
    platform.answers = [503, 200, 502]
    await send()
    await platform.until(lambda: len(platform.tracking) == 3)
    assert [event["state"] for event in platform.tracking] == ["picked_up", "in_transit", "signed"]


async def test_a_held_parcel_waits_and_may_go_back(
    send: Send, world: Any, platform: Any, http: httpx.AsyncClient
) -> None:
    control = f"{world.courier_url}/control"
    await http.put(control, json={"held": True, "interval_seconds": 0})
    order_no = (await send()).json()["order_no"]
    [parcel] = (await http.get(f"{world.courier_url}/records/parcels")).json()["items"]
    assert (parcel["state"], parcel["held"]) == ("ordered", True)
    returned = await http.post(f"{control}/parcels/{order_no}", json={"command": "return"})
    assert returned.status_code == 200
    await platform.until(lambda: len(platform.tracking) == 2)
    assert [event["state"] for event in platform.tracking] == ["picked_up", "returned"]
    late = await http.post(f"{control}/parcels/{order_no}", json={"command": "hold"})
    assert late.status_code == 409


async def test_letting_go_lets_all_parcels_go(send: Send, world: Any, platform: Any, http: httpx.AsyncClient) -> None:
    await http.put(f"{world.courier_url}/control", json={"held": True})
    await send()
    await http.put(f"{world.courier_url}/control", json={})
    await platform.until(lambda: len(platform.tracking) == 3)


async def test_a_courier_that_is_down_takes_no_orders(send: Send, world: Any, http: httpx.AsyncClient) -> None:
    await http.put(f"{world.courier_url}/control", json={"down": True})
    assert (await send()).status_code == 503
    assert (await http.get(f"{world.courier_url}/v1/orders/SB000000000000")).status_code == 404
