"""HTTP surface of the registries and of the e-licence library: two servers, alike in everything but the answer."""

from __future__ import annotations

import asyncio
import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lianban_sandbox import documents
from lianban_sandbox.records import Records
from lianban_sandbox.registers.holder import Holder, Record
from lianban_sandbox.registers.switches import Behaviour, Mode, Switches
from lianban_sandbox.web import Refused, answer, application, listing, read

_SHANGHAI: Final = timezone(timedelta(hours=8))


class Purpose(BaseModel):
    model_config = ConfigDict(frozen=True)

    theme: str = Field(min_length=1)
    matters: tuple[str, ...]


class Question(BaseModel):
    """``elements``: of a registry, code → JSON Schema of the value; ``name``: of the licence wanted."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    holder: Holder
    purpose: Purpose
    elements: dict[str, dict[str, Any]] = {}
    name: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is kept: without the holder."""

    source: str
    purpose: Purpose
    elements: tuple[str, ...]
    status: int


Answer = Callable[[str, Question, Mode], Any]


class Register:
    """Handlers of one server. ``answering`` makes the answer to a question about a source."""

    def __init__(self, key: str, capacity: int, answering: Answer) -> None:
        self._expected = f"Bearer {key}".encode()
        self._answering = answering
        self._switches = Switches()
        self._asked: Records[Asked] = Records(capacity)

    async def ask(self, request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), self._expected):
            raise Refused(HTTPStatus.UNAUTHORIZED, "key missing or wrong")
        question = await read(request, Question)
        source: str = request.path_params["source"]
        behaviour = self._switches.of(source)
        if behaviour.mode is Mode.SLOW:
            await asyncio.sleep(behaviour.delay_seconds)
        response = self._respond(source, question, behaviour)
        asked = Asked(source, question.purpose, tuple(question.elements), response.status_code)
        self._asked.add(str(self._asked.total), asked)
        return response

    def _respond(self, source: str, question: Question, behaviour: Behaviour) -> Response:
        if behaviour.mode is Mode.DOWN:
            response = answer({"error": "down"}, HTTPStatus.SERVICE_UNAVAILABLE)
            if behaviour.retry_after is not None:
                response.headers["retry-after"] = str(behaviour.retry_after)
            return response
        if behaviour.mode is Mode.UNKNOWN:
            return answer({"error": "unknown holder"}, HTTPStatus.NOT_FOUND)
        return answer(self._answering(source, question, behaviour.mode))

    async def put_default(self, request: Request) -> Response:
        self._switches.default = await read(request, Behaviour)
        return self._shown()

    async def put_source(self, request: Request) -> Response:
        self._switches.sources[request.path_params["source"]] = await read(request, Behaviour)
        return self._shown()

    async def reset(self, _: Request) -> Response:
        self._switches.reset()
        return self._shown()

    async def records(self, request: Request) -> Response:
        return listing(request, self._asked, _show, ("source", "theme"))

    def _shown(self) -> Response:
        switches = self._switches
        return answer(
            {
                "default": switches.default.model_dump(mode="json"),
                "sources": {code: item.model_dump(mode="json") for code, item in switches.sources.items()},
            }
        )

    def routes(self, path: str) -> Starlette:
        return application(
            [
                Route(path, self.ask, methods=["POST"]),
                Route("/control", self.put_default, methods=["PUT"]),
                Route("/control", self.reset, methods=["DELETE"]),
                Route("/control/{source}", self.put_source, methods=["PUT"]),
                Route("/records/queries", self.records, methods=["GET"]),
            ]
        )


def registries(key: str, capacity: int) -> Starlette:
    return Register(key, capacity, _values).routes("/v1/registries/{source}/query")


def licences(key: str, capacity: int) -> Starlette:
    return Register(key, capacity, _licence).routes("/v1/licences/{source}/fetch")


def _values(_: str, question: Question, mode: Mode) -> dict[str, Any]:
    values = Record(question.holder, _today()).values(question.elements)
    return {"values": {code: [value] for code, value in values.items()} if mode is Mode.WRONG else values}


def _licence(source: str, question: Question, mode: Mode) -> dict[str, Any]:
    number, content = Record(question.holder, _today()).licence(source, question.name)
    return {
        "number": number,
        "issuer": "沙箱发证机关",
        "media_type": documents.PDF,
        "content": base64.b64encode(b"<html></html>" if mode is Mode.WRONG else content).decode(),
        "verification": {"status": "valid", "seal": "沙箱电子印章", "algorithm": "SM2（样例）"},
    }


def _today() -> date:
    return datetime.now(UTC).astimezone(_SHANGHAI).date()


def _show(asked: Asked) -> dict[str, Any]:
    return {
        "source": asked.source,
        "theme": asked.purpose.theme,
        "matters": list(asked.purpose.matters),
        "elements": list(asked.elements),
        "status": asked.status,
    }
