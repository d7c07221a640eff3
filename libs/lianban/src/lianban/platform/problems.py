"""Problem details (RFC 9457): one shape for everything that goes wrong over HTTP.

``type`` is ``urn:lianban:problem:<slug>``; programs act on the slug, people read ``title`` and ``detail`` in
Chinese. All faults of a request are told at once.
"""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lianban.platform.problem_texts import text

MEDIA_TYPE: Final = "application/problem+json"
_URN: Final = "urn:lianban:problem:"
_UNPAIRED: Final = re.compile("[\ud800-\udfff]")

_STANDARD: Final[Mapping[int, tuple[str, str]]] = {
    400: ("bad-request", "请求有误"),
    401: ("unauthenticated", "未通过身份认证"),
    403: ("forbidden", "没有权限"),
    404: ("not-found", "没有找到"),
    405: ("method-not-allowed", "不支持此方法"),
    406: ("not-acceptable", "不能提供所要的格式"),
    409: ("conflict", "与现有状态冲突"),
    413: ("body-too-large", "请求正文过大"),
    415: ("unsupported-media-type", "不支持此内容类型"),
    422: ("invalid-request", "请求内容有误"),
    429: ("too-many-requests", "请求过于频繁"),
    503: ("unavailable", "服务暂不可用"),
}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FieldError:
    """One fault: ``pointer`` is a JSON pointer (RFC 6901) into ``location``; ``code`` is for programs. ``rule``: id of
    the rule of law that is not kept, if it is one."""

    pointer: str
    code: str
    message: str
    location: str = "body"
    rule: str | None = None

    def member(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value is not None}


class Problem(Exception):
    """Raised anywhere below an endpoint; becomes the response. ``extra`` are further members of the answer."""

    def __init__(
        self,
        status: int,
        slug: str,
        title: str,
        detail: str | None = None,
        errors: Sequence[FieldError] = (),
        *,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(slug)
        self.status = status
        self.slug = slug
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def body(self) -> dict[str, Any]:
        content: dict[str, Any] = {**self.extra, "type": _URN + self.slug, "title": self.title, "status": self.status}
        if self.detail is not None:
            content["detail"] = self.detail
        if self.errors:
            content["errors"] = [error.member() for error in self.errors]
        return content


def pointer(parts: Iterable[str | int]) -> str:
    """JSON pointer of a path."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def field_errors(faults: Iterable[Mapping[str, Any]], location: str = "body") -> tuple[FieldError, ...]:
    """Faults as pydantic lists them (``ValidationError.errors()``) in our form."""
    return tuple(FieldError(pointer(fault["loc"]), fault["type"], _text(fault), location=location) for fault in faults)


def request_id(scope: Scope) -> str:
    """Id of the request: set once, told in the answer and in every log line about it."""
    state: dict[str, Any] = scope.setdefault("state", {})
    return str(state.setdefault("request_id", uuid.uuid4().hex))


def install_problem_handlers(app: FastAPI) -> None:
    """Every error of ``app`` leaves as ``application/problem+json``."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_middleware(_Unhandled)


class _Document(JSONResponse):
    """Names that a caller made up are told as they are, but half of a surrogate pair cannot be encoded (and its JSON
    escape is refused by strict parsers): it is spelt out, backslash and all."""

    def render(self, content: Any) -> bytes:
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return _UNPAIRED.sub(lambda half: f"\\\\u{ord(half[0]):04x}", text).encode()


def respond(problem: Problem, request_id: str) -> JSONResponse:
    return _Document(
        {**problem.body(), "instance": f"urn:uuid:{uuid.UUID(request_id)}"},
        problem.status,
        problem.headers,
        media_type=MEDIA_TYPE,
    )


class _Unhandled:
    """The last resort: an exception nobody foresaw is logged here and hidden from the caller."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception:
            _log.exception("unhandled error", extra={"request_id": request_id(scope)})
            if started:
                raise
            detail = "服务内部发生错误，已记录。请凭编号联系运维人员。"
            problem = Problem(500, "internal-error", "服务内部错误", detail)
            await respond(problem, request_id(scope))(scope, receive, send)


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return respond(error, request_id(request.scope))


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = tuple(_fault(fault) for fault in error.errors())
    detail = f"共有 {len(faults)} 处需要更正。"
    return respond(Problem(422, "invalid-request", "请求内容有误", detail, faults), request_id(request.scope))


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status = error.status_code
    slug, title = _STANDARD.get(status, ("bad-request", "请求有误") if status < 500 else ("internal-error", "服务错误"))
    return respond(Problem(status, slug, title, headers=error.headers), request_id(request.scope))


def _fault(fault: Mapping[str, Any]) -> FieldError:
    location, *path = fault["loc"]
    if fault["type"] == "json_invalid":
        path = []  # FastAPI puts the offset there, which is no place in a document
    return FieldError(pointer(path), fault["type"], _text(fault), location=str(location))


def _text(fault: Mapping[str, Any]) -> str:
    return text(fault["type"], fault["msg"], fault.get("ctx") or {})
