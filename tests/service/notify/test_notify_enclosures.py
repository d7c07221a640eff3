"""Official documents that go with messages: attached to the mail, named in the SMS."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from notify_outside import PDF, recipient
from notify_world import World

from lianban.catalog.terms import DeliveryMode, SpecialProcedureKind
from lianban.contracts.events import CaseEvent
from lianban.contracts.status import CaseStatus, EventKind, MessageKind, Outcome

TITLES = {
    EventKind.STEP_SUPPLEMENT_REQUESTED: "一次性补正告知书",
    EventKind.STEP_STOPPED: "特别程序告知书",
    EventKind.STEP_DECIDED: "不予许可（办理）决定书",
}


@pytest.fixture(autouse=True)
def documents(world: World) -> None:
    world.intake.documents.update(TITLES)


def event(seq: int, kind: EventKind) -> CaseEvent:
    return CaseEvent(seq=seq, at=datetime.now(UTC), kind=kind, case_status=CaseStatus.IN_PROGRESS)


def attached(mail: EmailMessage) -> list[tuple[str | None, str, bytes]]:
    return [(part.get_filename(), part.get_content_type(), part.get_content()) for part in mail.iter_attachments()]


async def received(world: World, case_no: str, number: int = 1) -> list[EmailMessage]:
    """Mails about a case, once so many are there and none is still on its way."""

    async def there() -> bool:
        messages = await world.rows("messages", case_no)
        return len(world.mails(case_no)) >= number and all(row["done_at"] for row in messages)

    await world.until(there)
    return world.mails(case_no)


async def test_what_is_missing_comes_as_a_document(world: World) -> None:
    case = await world.case()
    await world.tell(
        case,
        MessageKind.SUPPLEMENT,
        step_name="食品经营许可",
        until=date(2026, 7, 9),
        about=7,
        events=(event(7, EventKind.STEP_SUPPLEMENT_REQUESTED),),
    )
    [mail] = await received(world, case.id)
    assert attached(mail) == [("一次性补正告知书（天办〔2026〕7号）.pdf", "application/pdf", PDF + b"7")]
    body = mail.get_body(("plain",))
    assert body is not None
    assert "《一次性补正告知书》（天办〔2026〕7号），见附件" in body.get_content()
    assert [text.partition("一次性补齐。")[2] for text in world.texts(case.id)] == [
        f"详见《一次性补正告知书》（天办〔2026〕7号） https://portal.test/cases/{case.id}/documents/7 。"
    ]
    assert "告知：supplement" in world.intake.purposes
    assert "告知：随信附送" in world.intake.purposes


async def test_a_document_whose_event_is_still_on_its_way_is_waited_for(world: World) -> None:
    """Nothing is told without it: neither channel says half."""
    case = await world.case()
    await world.tell(case, MessageKind.STOPPED, procedure=SpecialProcedureKind.TESTING, days=5, about=9)
    await asyncio.sleep(0.8)
    assert await world.rows("letters", case.id) == []
    world.intake.events[case.id].append(event(9, EventKind.STEP_STOPPED))
    [mail] = await received(world, case.id)
    assert [name for name, _, _ in attached(mail)] == ["特别程序告知书（天办〔2026〕9号）.pdf"]
    assert len(world.texts(case.id)) == 1


async def test_who_has_no_mail_address_is_told_the_number_and_nothing_is_typeset(world: World) -> None:
    case = await world.case()
    world.intake.recipients[case.id] = recipient(email=None)
    await world.tell(
        case, MessageKind.STOPPED, about=3, events=(event(3, EventKind.STEP_STOPPED),), until=date(2026, 7, 9)
    )
    [text] = await world.heard(case.id, "天办〔2026〕3号")
    assert "《特别程序告知书》" in text
    assert case.id not in world.intake.typeset


async def test_an_event_without_a_document_is_told_all_the_same(world: World) -> None:
    case = await world.case()
    await world.tell(case, MessageKind.EXTENDED, about=4, days=10, events=(event(4, EventKind.STEP_EXTENDED),))
    [mail] = await received(world, case.id)
    assert attached(mail) == []
    assert not mail.is_multipart()
    assert world.texts(case.id)[0].endswith("详情请登录湖北政务服务网查看。")


async def test_routine_news_asks_for_no_document(world: World) -> None:
    case = await world.case()
    before = len(world.intake.purposes)
    await world.tell(case, MessageKind.ACCEPTED, about=1, events=(event(1, EventKind.CASE_ACCEPTED),))
    [mail] = await received(world, case.id)
    assert attached(mail) == []
    assert world.intake.purposes[before:] == ["告知：accepted"]


@pytest.mark.parametrize(
    ("mode", "outcome", "options"),
    [
        (DeliveryMode.COURIER, Outcome.PARTIAL, {}),
        (DeliveryMode.COURIER, None, {}),
        (DeliveryMode.ELECTRONIC, Outcome.PARTIAL, {"last": True}),
    ],
    ids=["decided", "a part that leaves before the others", "decided and finished at once"],
)
async def test_refusals_go_with_the_decision(
    world: World, mode: DeliveryMode, outcome: Outcome | None, options: dict[str, Any]
) -> None:
    case = await world.case()
    world.intake.events[case.id] += [event(seq, EventKind.STEP_DECIDED) for seq in (11, 12)]
    await world.deliver(case, mode, outcome, refusals=(11, 12), **options)
    [mail] = await received(world, case.id)
    assert [name for name, _, _ in attached(mail)] == [
        f"不予许可（办理）决定书（天办〔2026〕{seq}号）.pdf" for seq in (11, 12)
    ]
    [text] = world.texts(case.id)
    assert "详见《不予许可（办理）决定书》（天办〔2026〕11号）" in text
    assert "（天办〔2026〕12号）" in text


async def test_a_file_that_cannot_be_had_holds_up_the_mail_only(world: World) -> None:
    case = await world.case()
    told = event(5, EventKind.STEP_STOPPED)
    world.intake.unreadable.add(case.id)
    await world.tell(case, MessageKind.STOPPED, about=5, events=(told,))
    await world.heard(case.id, "特别程序告知书")
    await asyncio.sleep(0.3)
    assert world.mails(case.id) == []
    world.intake.unreadable.clear()
    [mail] = await received(world, case.id)
    assert len(attached(mail)) == 1
    assert len(world.texts(case.id)) == 1
