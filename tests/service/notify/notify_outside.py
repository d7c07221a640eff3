"""What surrounds notify in these tests: intake, SMS gateway, courier, mail server, and the way to Temporal.

All of them real servers on sockets; each can be told to fail.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from temporalio import activity

from lianban.contracts import names
from lianban.contracts.events import CaseEvent, EventBatch
from lianban.contracts.status import EventKind
from lianban.platform.auth import TokenAuthority
from lianban.platform.webhooks import verify

MOBILE = "13812345678"
EMAIL = "wang@example.cn"
ADDRESS = "湖北省天门市陆羽大道1号"
DUTY_MOBILE, DUTY_EMAIL = "13711111111", "duty@market.example.cn"
SUPERVISOR_MOBILE = "13722222222"


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Several servers share the tests' process; signals stay pytest's."""
        yield


@contextlib.asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Base URL of the app, served over HTTP from this event loop."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = _Server(uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=5))
    running = asyncio.create_task(server.serve([listener]))
    while not server.started:
        if running.done():
            raise RuntimeError("the application did not start")
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        listener.close()


def recipient(**changes: Any) -> dict[str, Any]:
    """The intake's answer about an applicant."""
    delivery = {"mode": "courier", "address": ADDRESS, "recipient": "王小二", "mobile": None}
    return {"name": "王大明", "mobile": MOBILE, "email": EMAIL, "delivery": delivery, **changes}


PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40


class Intake:
    """Gives contacts and official documents to whoever has a service token, and records events as the real one does.

    ``documents``: kind → title, of the events that yield one. ``unreadable``: cases whose files cannot be had."""

    def __init__(self, authority: TokenAuthority) -> None:
        self.app = FastAPI()
        self.recipients: dict[str, dict[str, Any]] = defaultdict(recipient)
        self.purposes: list[str] = []
        self.down = False
        self.events: dict[str, list[CaseEvent]] = defaultdict(list)
        self.documents: dict[EventKind, str] = {}
        self.typeset: list[str] = []
        self.unreadable: set[str] = set()

        @self.app.get("/internal/v1/cases/{case_no}/recipient")
        async def contact(case_no: str, purpose: str, request: Request) -> Any:
            admit(request)
            if self.down:
                return Response(status_code=503)
            self.purposes.append(purpose)
            return self.recipients[case_no]

        @self.app.get("/internal/v1/cases/{case_no}/documents/{seq}")
        async def document(case_no: str, seq: int, purpose: str, request: Request) -> Any:
            admit(request)
            self.purposes.append(purpose)
            kinds = [event.kind for event in self.events[case_no] if event.seq == seq]
            if not kinds:
                return JSONResponse({"type": "urn:lianban:problem:unknown-event"}, 404)
            if (title := self.documents.get(kinds[0])) is None:
                return JSONResponse({"type": "urn:lianban:problem:no-document"}, 404)
            return {"seq": seq, "kind": "x", "title": title, "number": f"天办〔2026〕{seq}号", "dated": "2026-07-01"}

        @self.app.get("/internal/v1/cases/{case_no}/documents/{seq}/pdf")
        async def pdf(case_no: str, seq: int, purpose: str, request: Request) -> Response:
            admit(request)
            if case_no in self.unreadable:
                return Response(status_code=503)
            self.purposes.append(purpose)
            self.typeset.append(case_no)
            return Response(PDF + f"{seq}".encode(), media_type="application/pdf")

        def admit(request: Request) -> None:
            caller = authority.verify(request.headers["authorization"].removeprefix("Bearer "))
            assert caller.roles == {"service"}

    @activity.defn(name=names.ACTIVITY_RECORD_EVENTS)
    async def record_events(self, batch: EventBatch) -> None:
        for case in batch.cases:
            known = {event.seq for event in self.events[case.case_no]}
            self.events[case.case_no] += [event for event in case.events if event.seq not in known]


class Peer:
    """``answers`` are given first, in turn; then the peer does its work."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.answers: list[Response] = []
        self.asked: list[dict[str, Any]] = []

    async def _scripted(self, request: Request) -> Response | None:
        self.asked.append(await request.json())
        return self.answers.pop(0) if self.answers else None


class Gateway(Peer):
    """SMS: one message a key; the same key with another text is a conflict."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.messages: dict[str, dict[str, Any]] = {}

        @self.app.post("/v1/messages")
        async def take(request: Request) -> Response:
            assert request.headers["authorization"] == f"Bearer {key}"
            if (scripted := await self._scripted(request)) is not None:
                return scripted
            message = self.asked[-1]
            if self.messages.setdefault(message["key"], message) != message:
                return Response(status_code=409)
            return JSONResponse({"message_id": hashlib.sha256(message["key"].encode()).hexdigest()[:8]}, 201)


class Courier(Peer):
    """Parcels: one an order key."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self.parcels: dict[str, dict[str, Any]] = {}
        self.order_nos: dict[str, str] = {}

        @self.app.post("/v1/orders")
        async def take(request: Request) -> Response:
            body = await request.body()
            if (scripted := await self._scripted(request)) is not None:
                return scripted
            order = self.asked[-1]
            assert verify(secret, request.headers, body) == order["order_key"]
            self.parcels.setdefault(order["order_key"], order)
            number = hashlib.sha256(order["order_key"].encode()).hexdigest()[:10]
            self.order_nos[order["order_key"]] = f"O{number}"
            return JSONResponse({"order_no": f"O{number}", "waybill_no": f"W{number}"}, 201)


class MailServer:
    """SMTP on a socket. ``refuse`` maps an address to the reply it gets."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse: dict[str, str] = {}

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = cast(bytes, envelope.content)
        self.mails.append(cast(EmailMessage, message_from_bytes(content, policy=policy.default)))
        return "250 OK"

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[int]:
        """Its port."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=True), "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]
