"""What answers of the world outside mean, and what is said to it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiosmtplib
import pytest
from aiohttp import ClientResponse, ClientSession, UnixConnector, web

from lianban.contracts.status import MessageKind
from lianban.platform.webhooks import new_secret, verify
from lianban_notify.deliveries.courier import ConsoleCourier, HttpCourier, Parcel, Party, RecordingCourier
from lianban_notify.deliveries.notices import delivery_key, notice
from lianban_notify.deliveries.tables import Delivery
from lianban_notify.messages.mail import ConsoleMail, RecordingMail, SmtpMail
from lianban_notify.messages.ports import Mail, Sms
from lianban_notify.messages.sms import ConsoleSms, HttpSms, RecordingSms
from lianban_notify.outward import Rejected, Unavailable, check, retry_after
from lianban_notify.settings import NotifySettings
from lianban_notify.wiring import Ports

NOW = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
SMS = Sms("k1", "13812345678", "已受理")
PARCEL = Parcel("k1", Party(name="王大明", mobile="13812345678", address="陆羽大道1号"), ("办学许可证",))


def answer(status: int) -> ClientResponse:
    return cast(ClientResponse, SimpleNamespace(status=status, headers={}))


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_success_is_silent(status: int) -> None:
    check(answer(status), "courier")


@pytest.mark.parametrize("status", [400, 409, 410, 413, 415, 422])
def test_what_will_never_be_taken(status: int) -> None:
    with pytest.raises(Rejected, match=f"courier answered {status}"):
        check(answer(status), "courier")


@pytest.mark.parametrize("status", [301, 401, 403, 404, 405, 408, 425, 429, 500, 502, 503, 504])
def test_what_may_be_taken_later(status: int) -> None:
    with pytest.raises(Unavailable, match=f"courier answered {status}"):
        check(answer(status), "courier")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", None),
        ("7", 7),
        ("99999999999999999999", 3600),
        ("Wed, 01 Jul 2026 08:01:00 GMT", 60),
        ("Wed, 01 Jul 2026 07:00:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("１２", None),
    ],
)
def test_retry_after(value: str | None, seconds: int | None) -> None:
    assert retry_after(value, NOW) == (timedelta(seconds=seconds) if seconds is not None else None)


@dataclass
class Asked:
    url: str
    headers: Mapping[str, str]
    content: bytes


@contextlib.asynccontextmanager
async def answering(*answers: tuple[int, Any]) -> AsyncIterator[tuple[ClientSession, list[Asked]]]:
    """A client of a server that gives these answers (status, JSON) in turn; both on a socket of the file system."""
    left, asked = list(answers), []

    async def give(request: web.BaseRequest) -> web.StreamResponse:
        asked.append(Asked(str(request.url), request.headers, await request.read()))
        status, content = left.pop(0)
        return web.json_response(content, status=status)

    runner = web.ServerRunner(web.Server(give))
    await runner.setup()
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/socket"
        await web.UnixSite(runner, path).start()
        async with ClientSession(connector=UnixConnector(path)) as client:
            yield client, asked
        await runner.cleanup()


async def test_an_sms_carries_its_key_and_gives_back_a_reference() -> None:
    async with answering((201, {"message_id": "m7"}), (200, None), (409, {})) as (client, asked):
        gateway = HttpSms("http://gateway/", "secret", client)
        assert [await gateway.send(SMS) for _ in range(3)] == ["m7", "", ""]
    assert asked[0].url == "http://gateway/v1/messages"
    assert asked[0].headers["authorization"] == "Bearer secret"
    assert b'"key":"k1"' in asked[0].content


async def test_a_gateway_not_reached_is_unavailable_without_the_number() -> None:
    async with ClientSession(connector=UnixConnector("/nowhere/13812345678")) as client:
        with pytest.raises(Unavailable) as caught:
            await HttpSms("http://gateway", "secret", client).send(SMS)
    assert str(caught.value) == "sms gateway not reached: UnixClientConnectorError"
    assert "13812345678" not in repr(SMS)


async def test_an_order_is_signed_and_keyed() -> None:
    secret = new_secret()
    sender = Party(name="中心", mobile="1", address="天门")
    async with answering((201, {"order_no": "O1", "waybill_no": "W1", "eta": 3}), (200, {})) as (client, asked):
        courier = HttpCourier("http://courier", secret, sender, "http://notify/v1/courier/tracking", client)
        waybill = await courier.order(PARCEL)
        with pytest.raises(Unavailable, match="something else"):
            await courier.order(PARCEL)
    assert (waybill.order_no, waybill.waybill_no) == ("O1", "W1")
    assert verify(secret, asked[0].headers, asked[0].content) == "k1"
    assert "王大明" not in repr(PARCEL)


class _Smtp:
    """Stands for aiosmtplib's function; nothing leaves the process."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.sent: list[Message] = []

    async def send_message(self, message: Message) -> None:
        if self.error:
            raise self.error
        self.sent.append(message)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[_Smtp]:
        yield self

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(550, "no such user", "a@b.cn")]), Rejected),
        (aiosmtplib.SMTPRecipientsRefused([aiosmtplib.SMTPRecipientRefused(451, "later", "a@b.cn")]), Unavailable),
        (aiosmtplib.SMTPDataError(552, "too large"), Rejected),
        (aiosmtplib.SMTPAuthenticationError(535, "who?"), Unavailable),
        (aiosmtplib.SMTPServerDisconnected("a@b.cn"), Unavailable),
        (ConnectionRefusedError(), Unavailable),
    ],
)
async def test_answers_of_mail_servers(error: Exception, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        await SmtpMail(_Smtp(error), "no-reply@b.cn", "中心").send(Mail("k", "a@b.cn", "s", "b"))
    assert "a@b.cn" not in str(caught.value)


async def test_a_mail_is_well_formed_and_the_same_each_time() -> None:
    smtp = _Smtp()
    sender = SmtpMail(smtp, "no-reply@b.cn", "天门市政务服务中心")
    references = [await sender.send(Mail("k1", "a@b.cn", "已受理" * 20, "您好\n")) for _ in range(2)]
    assert references[0] == references[1] == smtp.sent[0]["Message-ID"]
    assert references[0].endswith("@b.cn>")
    assert smtp.sent[0]["Auto-Submitted"] == "auto-generated"
    read = message_from_bytes(smtp.sent[0].as_bytes(), policy=default)
    assert read["Subject"] == "已受理" * 20  # folded and unfolded again
    assert read["From"] == "天门市政务服务中心 <no-reply@b.cn>"
    assert read["Date"]
    assert read.get_content() == "您好\n"


@pytest.mark.parametrize("address", ["nobody", "a@b.cn\r\nBcc: c@d.cn", "a b@c.cn", "", "@", "<a@b.cn", "王@b.cn"])
async def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Rejected, match="mail address"):
        await SmtpMail(_Smtp(), "no-reply@b.cn", "中心").send(Mail("k", address, "s", "b"))


async def test_ports_are_chosen_by_settings_and_the_quiet_ones_write_no_number(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "secret").write_text("whsec_YWJj\n")
    settings = NotifySettings(
        database_url="",
        temporal_address="",
        port=0,
        objects_url="",
        keyring_file=tmp_path,
        token_key_file=tmp_path,
        directory_file=tmp_path,
        intake_url="http://intake",
        public_url="http://notify",
        sms_key_file=tmp_path / "secret",
        courier_secret_file=tmp_path / "secret",
    )
    async with ClientSession() as client:
        real = Ports.choose(settings, client)
        assert (type(real.sms), type(real.mail), type(real.courier)) == (HttpSms, SmtpMail, HttpCourier)
        quiet = {"sms": "console", "mail": "console", "courier": "console"}
        console = Ports.choose(settings.model_copy(update=quiet), client)
        recording = Ports.choose(settings.model_copy(update=dict.fromkeys(quiet, "recording")), client)
    assert (type(console.sms), type(console.mail), type(console.courier)) == (ConsoleSms, ConsoleMail, ConsoleCourier)
    with caplog.at_level("INFO"):
        await console.sms.send(SMS)
        await console.mail.send(Mail("k", "a@b.cn", "s", "b"))
        assert await console.courier.order(PARCEL) == await recording.courier.order(PARCEL)
    assert len(caplog.records) == 3
    assert not any(word in str(vars(record)) for record in caplog.records for word in (SMS.to, "a@b.cn", "王大明"))
    assert isinstance(recording.sms, RecordingSms)
    assert isinstance(recording.mail, RecordingMail)
    assert isinstance(recording.courier, RecordingCourier)
    await recording.sms.send(SMS)
    assert recording.sms.sent == [SMS]
    assert recording.courier.parcels == [PARCEL]


def test_messages_of_a_delivery_have_their_own_keys() -> None:
    delivery = Delivery(key="c1:delivery:2", case_no="c1", theme_name="t", outcome=None)
    assert notice(delivery, MessageKind.MAILED).key == "c1:delivery:2:mailed"
    assert delivery_key("c1:delivery:2:mailed") == delivery.key
    assert notice(delivery, MessageKind.FINISHED).key == "c1:finished"
