"""What every sandbox server shares: JSON in and out, faults, health."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from lianban_sandbox.records import Records

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

_LIMIT: Final = 100


class Refused(HTTPException):
    """A request the outside world turns down: status and a reason."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(status, reason)


def answer(content: Any, status: int = HTTPStatus.OK) -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status, media_type="application/json")


async def signed(request: Request, key: Webhook) -> bytes:
    """The body, signed with ``key`` (Standard Webhooks); 401 otherwise."""
    body = await request.body()
    try:
        key.verify(body, dict(request.headers), json_parse=False)
    except (WebhookVerificationError, ValueError):  # the library lets malformed headers through as ValueError
        raise Refused(HTTPStatus.UNAUTHORIZED, "signature missing or wrong") from None
    return body


async def read(request: Request, model: type[M]) -> M:
    """The body as ``model``; 422 with every fault otherwise."""
    try:
        return model.model_validate_json(await request.body() or b"{}")
    except ValidationError as error:
        faults = [".".join(map(str, fault["loc"])) + ": " + fault["msg"] for fault in error.errors(include_input=False)]
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(faults)) from None


def listing(
    request: Request, records: Records[T], show: Callable[[T], dict[str, Any]], filters: Sequence[str]
) -> Response:
    """Records, newest first, as ``{total, repeats, count, items}``; ``count`` is of those that match.

    Query parameters: ``limit`` (100), and one of each of ``filters`` to be equal to the item's field.
    """
    wanted = {name: request.query_params[name] for name in filters if name in request.query_params}
    try:
        limit = int(request.query_params.get("limit", _LIMIT))
    except ValueError:
        raise Refused(HTTPStatus.BAD_REQUEST, "limit is no number") from None
    shown = (show(entry) for entry in records.newest_first())
    matching = [item for item in shown if all(str(item.get(name)) == value for name, value in wanted.items())]
    return answer(
        {"total": records.total, "repeats": records.repeats, "count": len(matching), "items": matching[:limit]}
    )


def application(routes: Sequence[BaseRoute]) -> Starlette:
    async def live(_: Request) -> Response:
        return answer({"status": "ok"})

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return answer({"error": error.detail}, error.status_code)

    return Starlette(routes=[*routes, Route("/health/live", live)], exception_handlers={HTTPException: refused})


def url(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
