"""Connections to a mail server: kept for the next mail, given up when the server has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from lianban_notify.messages.mail import SmtpMail
from lianban_notify.messages.ports import Mail
from lianban_notify.messages.smtp_connections import Server, SmtpConnections
from lianban_notify.outward import Rejected, Unavailable


class Postman:
    """Counts connections by their peers, and keeps the Message-IDs of what came."""

    def __init__(self) -> None:
        self.peers: set[Any] = set()
        self.taken: list[str] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.peers.add(session.peer)
        if address.startswith("nobody"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken.append(str(envelope.rcpt_tos[0]))
        return "250 OK"


@asynccontextmanager
async def listening(postman: Postman, port: int) -> AsyncIterator[None]:
    controller = Controller(postman, hostname="127.0.0.1", port=port)
    await asyncio.to_thread(controller.start)
    try:
        yield
    finally:
        await asyncio.to_thread(controller.stop)


def mail(number: int, to: str = "reader") -> Mail:
    return Mail(f"k{number}", f"{to}@b.cn", "已受理", "您好")


@pytest.fixture
def postman() -> Postman:
    return Postman()


async def test_mails_one_after_another_share_a_connection(
    postman: Postman, unused_tcp_port_factory: Callable[[], int]
) -> None:
    port = unused_tcp_port_factory()
    sender = SmtpMail(SmtpConnections(Server("127.0.0.1", port, "none")), "no-reply@b.cn", "中心")
    async with listening(postman, port):
        for number in range(4):
            await sender.send(mail(number))
        assert (len(postman.taken), len(postman.peers)) == (4, 1)
        await asyncio.gather(*(sender.send(mail(number)) for number in range(8)))
        assert len(postman.taken) == 12
        sender.close()


async def test_a_refused_recipient_harms_no_other_mail(
    postman: Postman, unused_tcp_port_factory: Callable[[], int]
) -> None:
    port = unused_tcp_port_factory()
    sender = SmtpMail(SmtpConnections(Server("127.0.0.1", port, "none")), "no-reply@b.cn", "中心")
    async with listening(postman, port):
        await sender.send(mail(1))
        with pytest.raises(Rejected):
            await sender.send(mail(2, "nobody"))
        await sender.send(mail(3))
        sender.close()
    assert postman.taken == ["reader@b.cn"] * 2


async def test_a_server_that_restarts_is_connected_to_anew(
    postman: Postman, unused_tcp_port_factory: Callable[[], int]
) -> None:
    port = unused_tcp_port_factory()
    sender = SmtpMail(SmtpConnections(Server("127.0.0.1", port, "none")), "no-reply@b.cn", "中心")
    async with listening(postman, port):
        await sender.send(mail(1))
    with pytest.raises(Unavailable):
        await sender.send(mail(2))
    async with listening(postman, port):
        await sender.send(mail(3))
        sender.close()
    assert len(postman.taken) == 2
