"""Results handed over: by courier, at the window, electronically; in parts; refused by the courier."""

from __future__ import annotations

import asyncio

from fastapi.responses import Response
from notify_outside import ADDRESS, MOBILE, recipient
from notify_small_case import SmallCase
from notify_world import World

from lianban.catalog.terms import DeliveryMode
from lianban.contracts.status import EventKind, Outcome
from lianban_notify.deliveries.carrier import update_id


async def test_by_courier_from_order_to_signature(world: World) -> None:
    case = await world.case()
    order = await world.deliver(case)
    order_no = await world.ordered(order)
    parcel = world.courier.parcels[order.key]
    assert parcel["recipient"] == {"name": "王小二", "mobile": MOBILE, "address": ADDRESS}
    assert parcel["sender"]["name"] == "天门市政务服务中心"
    assert parcel["contents"] == ["办学许可证"]
    assert parcel["callback_url"] == "http://notify.test/v1/courier/tracking"
    for state in ("picked_up", "in_transit", "signed"):
        answer = await world.track(order_no, state)
        assert (answer.status_code, answer.json()) == (200, {"status": "stored", "case_status": None})
    assert await case.result() == 3
    waybill = f"W{order_no[1:]}"
    texts = await world.heard(case.id, "已全部办结，结果：准予", f"邮件号{waybill}", "结果已送达")
    assert len(texts) == 3
    events = await world.recorded(case.id, 4)
    assert [event.kind for event in events] == [EventKind.DELIVERY_ORDERED] + [EventKind.DELIVERY_MOVED] * 3
    assert events[1].act_id == update_id(f"{order_no}-picked_up")
    view = await world.view(case.id)
    assert (view["state"], view["waybill_no"]) == ("signed", waybill)
    assert [(entry["state_zh"], entry["place"]) for entry in view["trail"]] == [
        ("已揽收", "天门市揽投部"),
        ("运输中", "天门市揽投部"),
        ("已签收", "天门市揽投部"),
    ]


async def test_addresses_and_places_are_kept_nowhere_in_clear(world: World) -> None:
    case = await world.case()
    order = await world.deliver(case)
    await world.track(await world.ordered(order), "picked_up", place="王小二，陆羽大道1号")

    async def carried() -> bool:
        return any(row["carried_at"] for row in await world.rows("delivery_events", case.id))

    await world.until(carried)
    kept = str([await world.rows(table, case.id) for table in ("deliveries", "delivery_events", "messages", "relay")])
    for word in (MOBILE, ADDRESS, "王小二", "陆羽大道"):
        assert word not in kept
        assert word.encode() not in b"".join(
            row["place"] or b"" for row in await world.rows("delivery_events", case.id)
        )
    await case.terminate()


async def test_pickup_at_the_window(world: World) -> None:
    case = await world.case()
    order = await world.deliver(case, DeliveryMode.PICKUP)
    await world.heard(case.id, "可以领取，请携带有效身份证件到")
    await world.until(lambda: has_state(world, order.key, case.id, "notified"))
    path = f"/v1/deliveries/{case.id}/collected"
    answer = await world.http.post(path, headers=world.bearer("window"))
    assert (answer.status_code, answer.json()) == (200, {"status": "applied", "case_status": "completed"})
    assert await case.result() == 1
    await world.heard(case.id, "结果已送达")
    assert [event.act_id for event in await world.recorded(case.id, 2)][1] == update_id(f"{order.key}:collected")
    again = await world.http.post(path, headers=world.bearer("window"))
    assert again.status_code == 200
    assert len(await world.rows("delivery_events", case.id)) == 1
    [collected] = await world.rows("delivery_events", case.id)
    assert collected["actor"] == "window-1"
    assert "courier" not in str(world.intake.purposes[-1])


async def has_state(world: World, key: str, case_no: str, state: str) -> bool:
    return any(row["key"] == key and row["state"] == state for row in await world.rows("deliveries", case_no))


async def test_electronically_the_case_ends_at_once(world: World) -> None:
    case = await world.case()
    await world.deliver(case, DeliveryMode.ELECTRONIC, Outcome.REFUSED, last=True)
    assert await case.result() == 0
    [told] = await world.heard(case.id, "已办结，结果：不予")
    assert "不予办理的理由、依据和救济途径" in told
    [mail] = world.mails(case.id)
    assert "行政复议" in mail.get_body().get_content()
    assert world.courier.parcels.keys().isdisjoint({f"{case.id}:delivery:1"})


async def test_electronically_while_something_else_is_on_its_way_only_the_decision_is_told(world: World) -> None:
    case = await world.case()
    await world.deliver(case, DeliveryMode.ELECTRONIC, Outcome.GRANTED)
    assert await case.result() == 0
    [told] = await world.heard(case.id, "已全部办结，结果：准予")
    assert "评价" not in told


async def test_who_withdrew_is_not_told_of_an_end(world: World) -> None:
    case = await world.case()
    await world.deliver(case, DeliveryMode.ELECTRONIC, Outcome.WITHDRAWN, last=True)
    assert await case.result() == 0
    assert not any("评价" in text for text in world.texts(case.id))
    carried = await world.case()
    order_no = await world.ordered(await world.deliver(carried, outcome=Outcome.WITHDRAWN))
    await world.track(order_no, "signed")
    assert await carried.result() == 1
    await world.heard(carried.id, "已由快递揽收")
    assert not any("评价" in text for text in world.texts(carried.id))


async def test_in_parts_the_case_is_finished_with_the_last_signature(world: World) -> None:
    case = await world.case()
    part = await world.deliver(case, outcome=None, shipment=1)
    first = await world.ordered(part)
    assert world.texts(case.id) == []  # nothing is decided yet
    await world.track(first, "picked_up")
    await world.heard(case.id, "已由快递揽收")
    last = await world.deliver(case, DeliveryMode.ELECTRONIC, Outcome.PARTIAL, shipment=2)
    await world.until(lambda: has_state(world, last.key, case.id, "signed"))
    assert not any("已办结，结果已送达" in text for text in world.texts(case.id))
    view = await world.view(case.id)
    assert (view["state"], [shown["state"] for shown in view["shipments"]]) == ("picked_up", ["picked_up", "signed"])
    await world.track(first, "signed")
    await case.result()
    await world.heard(case.id, "已办结，结果已送达")


async def test_a_courier_that_is_down_gets_the_order_once_it_is_up(world: World) -> None:
    case = await world.case()
    world.courier.answers += [Response(status_code=503), Response(status_code=503)]
    order = await world.deliver(case)
    await world.ordered(order)
    asked = [body for body in world.courier.asked if body["order_key"] == order.key]
    assert len(asked) == 3
    assert asked[0] == asked[2]
    # The events of the order did not wait for the courier, and the applicant is told only afterwards.
    assert len(await world.recorded(case.id, 1)) == 1
    await case.terminate()


async def test_what_the_courier_refuses_waits_at_the_window(world: World) -> None:
    case = await world.case()
    world.courier.answers.append(Response(status_code=422))
    order = await world.deliver(case)
    await world.heard(case.id, "可以领取")
    await world.until(lambda: has_state(world, order.key, case.id, "notified"))
    [delivery] = await world.rows("deliveries", case.id)
    assert (delivery["mode"], delivery["reason"]) == ("pickup", "courier answered 422")
    answer = await world.http.post(f"/v1/deliveries/{case.id}/collected", headers=world.bearer("window"))
    assert answer.json()["case_status"] == "completed"


async def test_without_an_address_nothing_is_ordered(world: World) -> None:
    case = await world.case()
    world.intake.recipients[case.id] = recipient(delivery={"mode": "courier", "address": None, "recipient": None})
    order = await world.deliver(case)
    await world.heard(case.id, "可以领取")
    assert order.key not in world.courier.parcels
    await case.terminate()


async def test_repeating_an_order_orders_nothing_again(world: World) -> None:
    case = await world.case()
    order = await world.deliver(case)
    await world.ordered(order)
    for _ in range(2):
        await world.deliver(case)
    await world.heard(case.id, "已全部办结")
    await asyncio.sleep(0.3)
    assert sum(body["order_key"] == order.key for body in world.courier.asked) == 1
    assert len(world.texts(case.id)) == 1
    await case.terminate()


async def test_a_returned_parcel_can_be_collected(world: World) -> None:
    case = await world.case()
    order = await world.deliver(case)
    order_no = await world.ordered(order)
    await world.track(order_no, "picked_up")
    path = f"/v1/deliveries/{case.id}/collected"
    early = await world.http.post(path, headers=world.bearer("window"))
    assert (early.status_code, early.json()["type"]) == (409, "urn:lianban:problem:not-collectable")
    await world.track(order_no, "returned")
    await world.heard(case.id, "可以领取")
    await world.until(lambda: has_state(world, order.key, case.id, "returned"))
    await world.track(order_no, "signed")  # by the sender, who has it back

    async def three_heard() -> bool:
        return len(await case.query(SmallCase.heard)) == 3

    await world.until(three_heard)
    assert (await world.view(case.id))["state"] == "returned"
    answer = await world.http.post(path, headers=world.bearer("window"), json={"shipment": 1})
    assert answer.json() == {"status": "applied", "case_status": "completed"}
    heard = await case.query(SmallCase.heard)
    assert [(act.state, act.collected, act.waited > 0) for act in heard] == [
        ("picked_up", False, True),
        ("returned", False, True),
        ("signed", False, True),
        ("signed", True, False),  # in the clerk's own request
    ]
