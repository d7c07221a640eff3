"""Departments whose systems can only be called: the platform puts tasks there and fetches acts."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from lianban_sandbox.departments.behaviour import Mode
from lianban_sandbox.departments.desk import Desk
from lianban_sandbox.departments.messages import Messages
from lianban_sandbox.departments.ways import Tray, report_of
from lianban_sandbox.web import Refused, answer, read

_PAGE = 100


class _Receipt(BaseModel):
    status: Literal["applied", "stored", "review", "refused", "quarantined"]
    problem: str | None = None


class Polled:
    """``tokens`` and ``trays`` by department."""

    def __init__(self, desk: Desk, tokens: Mapping[str, str], trays: Mapping[str, Tray]) -> None:
        self._desk = desk
        self._messages = Messages(desk)
        self._tokens = tokens
        self._trays = trays

    @property
    def routes(self) -> list[BaseRoute]:
        own: list[BaseRoute] = [
            Route("/tasks/{task_id}", self.put_message, methods=["PUT"]),
            Route("/tasks/{task_id}/supplements/{key}", self.put_message, methods=["PUT"]),
            Route("/tasks/{task_id}/withdrawal", self.put_message, methods=["PUT"]),
            Route("/acts", self.list_acts, methods=["GET"]),
            Route("/acts/{act_id}", self.get_act, methods=["GET"]),
            Route("/acts/{act_id}/receipt", self.put_receipt, methods=["PUT"]),
        ]
        return [Mount("/systems/{department}", routes=own)]

    async def put_message(self, request: Request) -> Response:
        """The place is the message's id: what is put there again is the same message."""
        department = self._department(request)
        try:
            message = json.loads(await request.body())
        except ValueError:
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "no task") from None
        answered = await self._messages.receive(department, request.url.path, message, Tray.kind)
        return answer({"status": answered["status"]})

    async def list_acts(self, request: Request) -> Response:
        tray = self._tray(request)
        try:
            after, limit = (
                int(request.query_params.get(name, value)) for name, value in (("after", 0), ("limit", _PAGE))
            )
        except ValueError:
            raise Refused(HTTPStatus.BAD_REQUEST, "after and limit are numbers") from None
        acts, following = tray.page(after, limit)
        return answer({"acts": acts, "next": None if following is None else str(following)})

    async def get_act(self, request: Request) -> Response:
        act = self._tray(request).act(request.path_params["act_id"])
        if act is None:
            raise Refused(HTTPStatus.NOT_FOUND, "no such act")
        return answer(act)

    async def put_receipt(self, request: Request) -> Response:
        tray = self._tray(request)
        receipt = await read(request, _Receipt)
        tray.receipt(request.path_params["act_id"], report_of(receipt.status, receipt.problem))
        return answer({"status": "ok"})

    def _tray(self, request: Request) -> Tray:
        return self._trays[self._department(request)]

    def _department(self, request: Request) -> str:
        """Of the path, known to the caller's token, and not down altogether."""
        department: str = request.path_params["department"]
        if department not in self._trays:
            raise Refused(HTTPStatus.NOT_FOUND, "no such department")
        given: Any = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._tokens[department]}".encode()):
            raise Refused(HTTPStatus.UNAUTHORIZED, "token missing or wrong")
        if self._desk.switchboard.behaviour(department, "").mode is Mode.DOWN:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "down")
        return department
