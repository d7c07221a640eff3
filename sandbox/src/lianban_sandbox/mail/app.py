"""HTTP surface of the mail server."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lianban_sandbox.mail.catcher import Catcher, Mail
from lianban_sandbox.web import answer, application, listing, read


class Control(BaseModel):
    model_config = ConfigDict(extra="forbid")

    down: bool = False


def build(catcher: Catcher) -> Starlette:
    async def records(request: Request) -> Response:
        return listing(request, catcher.mails, _show, ("from", "to", "subject", "message_id"))

    async def put_control(request: Request) -> Response:
        control = await read(request, Control)
        catcher.down = control.down
        return answer(control.model_dump())

    return application(
        [Route("/records/mails", records, methods=["GET"]), Route("/control", put_control, methods=["PUT"])]
    )


def _show(mail: Mail) -> dict[str, Any]:
    return {
        "from": mail.sender,
        "to": ", ".join(mail.recipients),
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "message_id": mail.message_id,
        "attachments": list(mail.attachments),
        "received_at": mail.received_at.isoformat(timespec="milliseconds"),
    }
