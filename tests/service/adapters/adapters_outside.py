"""What surrounds the adapters in these tests: intake, a department's system, and the way to Temporal.

All of them real: HTTP servers on sockets, and a TCP connection that can be cut.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from temporalio import activity

from lianban.contracts import names
from lianban.contracts.events import CaseEvent, EventBatch
from lianban.platform.auth import TokenAuthority
from lianban.platform.problems import install_problem_handlers
from lianban.platform.webhooks import verify

DOSSIER = {
    "elements": {"child_name": {"name": "儿童姓名", "value": "王小明", "text": "王小明"}},
    "materials": [],
    "scope": {"elements": ["child_name", "school"], "materials": ["deed"]},
    "applicant": {"name": "王大明", "mobile": "13800000000"},
}


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Several servers share the tests' process; signals stay pytest's."""
        yield


@contextlib.asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Base URL of the app, served over HTTP from this event loop."""
    # Said to be TCP, or the event loop leaves out TCP_NODELAY and every answer waits 40 ms for an acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
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


class Intake:
    """Gives dossiers to whoever has a service token, and records events as the real one does."""

    def __init__(self, authority: TokenAuthority) -> None:
        self.app = FastAPI()
        self.dossier: dict[str, Any] = dict(DOSSIER)
        self.purposes: list[str] = []
        self.issued: list[list[str]] = []
        self.down = False
        self.events: dict[str, list[CaseEvent]] = defaultdict(list)

        @self.app.get("/internal/v1/cases/{case_no}/steps/{step}/dossier")
        async def dossier(case_no: str, step: str, purpose: str, request: Request) -> Any:
            caller = authority.verify(request.headers["authorization"].removeprefix("Bearer "))
            assert caller.roles == {"service"}
            if self.down:
                return Response(status_code=503)
            self.purposes.append(f"{case_no}/{step}: {purpose}")
            self.issued.append(request.query_params.getlist("document"))
            return self.dossier

    @activity.defn(name=names.ACTIVITY_RECORD_EVENTS)
    async def record_events(self, batch: EventBatch) -> None:
        for case in batch.cases:
            known = {event.seq for event in self.events[case.case_no]}
            self.events[case.case_no] += [event for event in case.events if event.seq not in known]


class DepartmentSystem:
    """Takes signed messages. ``answers`` are scripted by step: status, headers, body; else 200."""

    def __init__(self, secret: str) -> None:
        self.app = FastAPI()
        install_problem_handlers(self.app)
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, list[Any]] = defaultdict(list)

        @self.app.post("/tasks")
        async def take(request: Request) -> Any:
            message_id = verify(secret, request.headers, await request.body())
            message = await request.json()
            self.messages.append((message_id, message))
            scripted = self.answers[f"{message['type']} {message['data']['step']}"]
            if not scripted:
                return {}
            answer = scripted.pop(0)
            if inspect.iscoroutinefunction(answer):
                return await answer(message["data"])
            return answer(message["data"]) if inspect.isfunction(answer) else answer

    def heard(self, kind: str, case_no: str) -> list[tuple[str, dict[str, Any]]]:
        return [(key, m["data"]) for key, m in self.messages if m["type"] == kind and m["data"]["case_no"] == case_no]
