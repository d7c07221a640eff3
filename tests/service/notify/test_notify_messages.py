"""Messages: told once on every channel, whatever fails on the way."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

from fastapi.responses import Response
from notify_outside import DUTY_EMAIL, DUTY_MOBILE, EMAIL, MOBILE, SUPERVISOR_MOBILE, recipient
from notify_world import World
from sqlalchemy import text

from lianban.clock.limits import Light
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import CaseStatus, Cause, EventKind, MessageKind


async def states(world: World, case_no: str, number: int) -> dict[tuple[str, str], str]:
    """State of each letter by key (less the case number) and channel, once none is under way and so many are there."""
    letters = []

    async def settled() -> bool:
        letters[:] = await world.rows("letters", case_no)
        return len(letters) >= number and all(row["state"] != "sending" for row in letters)

    await world.until(settled)
    return {(row["key"].removeprefix(f"{case_no}:"), row["channel"]): row["state"] for row in letters}


def sent_about(world: World, case_no: str) -> list[dict[str, str]]:
    return [message for message in world.gateway.messages.values() if case_no in message["key"]]


async def test_the_applicant_is_told_by_sms_and_mail_and_events_go_on(world: World) -> None:
    case = await world.case()
    event = CaseEvent(seq=1, at=datetime.now(UTC), kind=EventKind.CASE_ACCEPTED, case_status=CaseStatus.IN_PROGRESS)
    order = await world.tell(case, MessageKind.ACCEPTED, events=(event,))
    assert await states(world, case.id, 2) == {("accepted", "sms"): "sent", ("accepted", "mail"): "sent"}
    [sms] = [message for message in world.gateway.messages.values() if message["key"] == order.key]
    assert sms["to"] == MOBILE
    assert sms["text"].startswith("【天门市政务服务中心】您申请的“开办幼儿园”已受理")
    [mail] = world.mails(case.id)
    assert mail["To"] == EMAIL
    assert "已受理" in mail.get_body().get_content()
    assert await world.recorded(case.id, 1) == [event]
    assert world.intake.purposes[-1] == "告知：accepted"


async def test_nothing_that_names_the_applicant_is_kept(world: World) -> None:
    case = await world.case()
    await world.tell(case, MessageKind.ACCEPTED)
    await states(world, case.id, 2)
    kept = str(await world.rows("letters", case.id) + await world.rows("messages", case.id))
    for word in (MOBILE, EMAIL, "王大明"):
        assert word not in kept
        assert word not in str(world.texts(case.id))


async def test_without_a_mail_address_there_is_the_sms(world: World) -> None:
    case = await world.case()
    world.intake.recipients[case.id] = recipient(email=None)
    await world.tell(case, MessageKind.ACCEPTED)
    assert await states(world, case.id, 1) == {("accepted", "sms"): "sent"}


async def test_the_same_message_is_sent_once(world: World) -> None:
    case = await world.case()
    for _ in range(3):
        await world.tell(case, MessageKind.ACCEPTED)
    await world.tell(case, MessageKind.WITHDRAWN)
    await states(world, case.id, 4)
    asked = [message["key"] for message in world.gateway.asked if case.id in message["key"]]
    assert asked == [f"{case.id}:accepted", f"{case.id}:withdrawn"]
    assert len(world.mails(case.id)) == 2


async def test_a_gateway_that_is_down_holds_up_no_mail_and_gets_its_message_later(world: World) -> None:
    case = await world.case()
    world.gateway.answers += [Response(status_code=503), Response(status_code=500)]
    await world.tell(case, MessageKind.ACCEPTED)
    assert await states(world, case.id, 2) == {("accepted", "sms"): "sent", ("accepted", "mail"): "sent"}
    assert len(world.mails(case.id)) == 1
    [sms] = [row for row in await world.rows("letters", case.id) if row["channel"] == "sms"]
    assert sms["attempts"] == 3


async def test_a_gateway_that_asks_for_patience_gets_it(world: World) -> None:
    case = await world.case()
    world.gateway.answers.append(Response(status_code=429, headers={"Retry-After": "2"}))
    started = datetime.now(UTC)
    await world.tell(case, MessageKind.ACCEPTED)
    await world.heard(case.id, "已受理")
    assert datetime.now(UTC) - started >= timedelta(seconds=2)


async def test_a_number_that_is_refused_is_not_tried_again(world: World) -> None:
    case = await world.case()
    world.gateway.answers.append(Response(status_code=422))
    await world.tell(case, MessageKind.ACCEPTED)
    await world.tell(case, MessageKind.WITHDRAWN)  # the first does not hold up the second
    assert await states(world, case.id, 4) == {
        ("accepted", "sms"): "rejected",
        ("accepted", "mail"): "sent",
        ("withdrawn", "sms"): "sent",
        ("withdrawn", "mail"): "sent",
    }
    [refused] = [row for row in await world.rows("letters", case.id) if row["state"] == "rejected"]
    assert refused["reason"] == "sms gateway answered 422"


async def test_a_wrong_key_is_ours_to_mend_and_loses_no_message(world: World) -> None:
    case = await world.case()
    world.gateway.answers.append(Response(status_code=401))
    await world.tell(case, MessageKind.ACCEPTED)
    await world.heard(case.id, "已受理")


async def test_mail_servers_may_refuse_for_now_or_for_good(world: World) -> None:
    case = await world.case()
    world.intake.recipients[case.id] = recipient(email="full@example.cn")
    world.mail.refuse["full@example.cn"] = "452 mailbox full"
    await world.tell(case, MessageKind.ACCEPTED)
    await world.heard(case.id, "已受理")
    await asyncio.sleep(0.5)
    world.mail.refuse["full@example.cn"] = "550 no such mailbox"
    assert await states(world, case.id, 2) == {("accepted", "sms"): "sent", ("accepted", "mail"): "rejected"}
    assert "full@example.cn" not in str(await world.rows("letters", case.id))


async def test_an_intake_that_is_down_is_waited_for(world: World) -> None:
    case = await world.case()
    world.intake.down = True
    await world.tell(case, MessageKind.ACCEPTED)
    await asyncio.sleep(0.5)
    assert await world.rows("letters", case.id) == []
    assert len(await world.rows("messages", case.id)) == 1
    world.intake.down = False
    await world.heard(case.id, "已受理")


async def test_after_a_crash_in_mid_sending_the_receiver_can_tell_a_repetition(world: World) -> None:
    case = await world.case()
    order = await world.tell(case, MessageKind.ACCEPTED)
    await states(world, case.id, 2)
    # As a crash leaves it that comes after sending and before marking.
    async with world.engine.begin() as connection:
        for statement in (
            "UPDATE notify.letters SET state = 'sending', held_until = now() WHERE message_key = :key",
            "UPDATE notify.messages SET done_at = NULL WHERE key = :key",
        ):
            await connection.execute(text(statement), {"key": order.key})
    await world.tell(case, MessageKind.ACCEPTED)
    await states(world, case.id, 2)
    assert len(world.texts(case.id)) == 1  # the gateway knew the key
    first, second = world.mails(case.id)
    assert first["Message-ID"] == second["Message-ID"]


async def test_while_one_attempt_sends_another_waits(world: World) -> None:
    case = await world.case()
    async with world.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO notify.letters (key, channel, message_key, state, held_until)"
                " VALUES (:key, 'sms', :key, 'sending', now() + interval '1 h')"
            ),
            {"key": f"{case.id}:accepted"},
        )
    await world.tell(case, MessageKind.ACCEPTED)
    await asyncio.sleep(0.8)
    assert world.texts(case.id) == []
    async with world.engine.begin() as connection:
        await connection.execute(
            text("UPDATE notify.letters SET held_until = now() WHERE key = :key"), {"key": f"{case.id}:accepted"}
        )
    await world.heard(case.id, "已受理")


async def test_a_yellow_light_goes_to_the_officer_a_red_one_to_the_supervisor_too(world: World) -> None:
    yellow, red = await world.case(), await world.case()
    for case, light in ((yellow, Light.YELLOW), (red, Light.RED)):
        facts = {"department": "market", "step_name": "食品经营许可", "light": light, "due": date(2026, 7, 9)}
        await world.tell(case, MessageKind.LIGHT, **facts)
    await states(world, yellow.id, 2)
    await states(world, red.id, 3)
    assert [message["to"] for message in sent_about(world, yellow.id)] == [DUTY_MOBILE]
    assert {(message["key"], message["to"]) for message in sent_about(world, red.id)} == {
        (f"{red.id}:light:duty", DUTY_MOBILE),
        (f"{red.id}:light:supervisor", SUPERVISOR_MOBILE),
    }
    [mail] = world.mails(red.id)
    assert mail["To"] == DUTY_EMAIL
    assert mail["Subject"] == f"红灯：开办幼儿园·食品经营许可（{red.id}）"


async def test_what_is_deemed_accepted_is_told_to_officer_and_supervisor(world: World) -> None:
    case = await world.case()
    await world.tell(case, MessageKind.LIGHT, department="market", light=Light.YELLOW, cause=Cause.DEEMED)
    await states(world, case.id, 3)
    assert {message["to"] for message in sent_about(world, case.id)} == {DUTY_MOBILE, SUPERVISOR_MOBILE}
    assert all("逾期未受理，已视为受理" in text for text in world.texts(case.id))
