"""HTTP surface of the SMS gateway."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lianban_sandbox.records import Records
from lianban_sandbox.web import Refused, answer, application, listing, read


class Message(BaseModel):
    """短信. ``key`` makes it idempotent."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    to: str = Field(pattern=r"^1[3-9][0-9]{9}$")
    text: str = Field(min_length=1, max_length=1000)
    key: str = Field(min_length=1, max_length=200)


class Control(BaseModel):
    model_config = ConfigDict(extra="forbid")

    down: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    message: Message
    message_id: str
    received_at: datetime


class Gateway:
    """Handlers over the messages kept."""

    def __init__(self, key: str, capacity: int) -> None:
        self._expected = f"Bearer {key}".encode()
        self._messages: Records[Sent] = Records(capacity)
        self._down = False

    async def send(self, request: Request) -> Response:
        """201 for a new message, 200 for the same again, 409 for another one under its key."""
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), self._expected):
            raise Refused(HTTPStatus.UNAUTHORIZED, "key missing or wrong")
        if self._down:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "down")
        message = await read(request, Message)
        known = self._messages.get(message.key)
        if known is None:
            sent = Sent(message, hashlib.sha256(message.key.encode()).hexdigest()[:24], datetime.now(UTC))
            self._messages.add(message.key, sent)
            return answer({"message_id": sent.message_id, "status": "accepted"}, HTTPStatus.CREATED)
        self._messages.repeats += 1
        if known.message != message:
            raise Refused(HTTPStatus.CONFLICT, "another message has this key")
        return answer({"message_id": known.message_id, "status": "accepted"})

    async def put_control(self, request: Request) -> Response:
        control = await read(request, Control)
        self._down = control.down
        return answer(control.model_dump())

    async def records(self, request: Request) -> Response:
        return listing(request, self._messages, _show, ("to", "key"))


def build(key: str, capacity: int) -> Starlette:
    handlers = Gateway(key, capacity)
    return application(
        [
            Route("/v1/messages", handlers.send, methods=["POST"]),
            Route("/control", handlers.put_control, methods=["PUT"]),
            Route("/records/messages", handlers.records, methods=["GET"]),
        ]
    )


def _show(sent: Sent) -> dict[str, Any]:
    received_at = sent.received_at.isoformat(timespec="milliseconds")
    return {"message_id": sent.message_id, "received_at": received_at, **sent.message.model_dump()}
