"""SMS gateway and mail server: what is sent is kept, and can be asked for."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import aiosmtplib
import httpx
import pytest

KEY = {"authorization": "Bearer sms-key"}
SMS = {"to": "19900000001", "text": "【一事联办】您的办件已受理。", "key": "C1:accepted"}


def mail(subject: str, to: str = "ceshi0001@example.com") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "yishilianban@tianmen.example", to, subject
    message["Message-ID"] = "<1@tianmen.example>"
    message.set_content("您的办件已受理。\n")
    return message


async def send(world: Any, message: EmailMessage) -> None:
    await aiosmtplib.send(message, hostname="127.0.0.1", port=world.smtp_port, start_tls=False)


async def test_a_message_is_kept_once(world: Any, http: httpx.AsyncClient) -> None:
    address = f"{world.sms_url}/v1/messages"
    first, again = [await http.post(address, json=SMS, headers=KEY) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (await http.post(address, json={**SMS, "text": "别的"}, headers=KEY)).status_code == 409
    records = (await http.get(f"{world.sms_url}/records/messages", params={"to": SMS["to"]})).json()
    assert (records["total"], records["repeats"], records["count"]) == (1, 2, 1)
    assert SMS.items() <= records["items"][0].items()


async def test_the_gateway_wants_its_key_and_a_mobile_number(world: Any, http: httpx.AsyncClient) -> None:
    address = f"{world.sms_url}/v1/messages"
    assert (await http.post(address, json=SMS)).status_code == 401
    assert (await http.post(address, json=SMS, headers={"authorization": "Bearer other"})).status_code == 401
    assert (await http.post(address, json={**SMS, "to": "0728-1234567"}, headers=KEY)).status_code == 422
    await http.put(f"{world.sms_url}/control", json={"down": True})
    assert (await http.post(address, json=SMS, headers=KEY)).status_code == 503


async def test_a_mail_is_kept_as_it_reads(world: Any, http: httpx.AsyncClient) -> None:
    message = mail("您的“开办餐饮店”申请已受理")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="受理通知书.pdf")
    await send(world, message)
    records = (await http.get(f"{world.mail_url}/records/mails")).json()
    [kept] = records["items"]
    assert kept["subject"] == "您的“开办餐饮店”申请已受理"
    assert kept["text"] == "您的办件已受理。\n"
    assert (kept["from"], kept["to"]) == ("yishilianban@tianmen.example", "ceshi0001@example.com")
    assert (kept["message_id"], kept["attachments"]) == ("<1@tianmen.example>", ["受理通知书.pdf"])


async def test_mails_are_found_by_recipient(world: Any, http: httpx.AsyncClient) -> None:
    for number in range(3):
        await send(world, mail(f"第{number}封", f"ceshi{number:04d}@example.com"))
    wanted = {"to": "ceshi0001@example.com"}
    records = (await http.get(f"{world.mail_url}/records/mails", params=wanted)).json()
    assert (records["total"], [kept["subject"] for kept in records["items"]]) == (3, ["第1封"])
    assert (await http.get(f"{world.mail_url}/records/mails", params={"limit": "x"})).status_code == 400


async def test_a_mail_server_that_is_down_asks_to_come_again(world: Any, http: httpx.AsyncClient) -> None:
    await http.put(f"{world.mail_url}/control", json={"down": True})
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await send(world, mail("晚些再来"))
    assert refused.value.code == 451


async def test_every_server_says_that_it_lives(world: Any, http: httpx.AsyncClient) -> None:
    for base in (world.departments_url, world.courier_url, world.sms_url, world.mail_url):
        assert (await http.get(f"{base}/health/live")).json() == {"status": "ok"}
