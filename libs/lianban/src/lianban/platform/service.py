"""The web side of a service: application, request ids, access log, body limit, health, and the server that runs it."""

from __future__ import annotations

import gc
import logging
import os
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from fastapi.telemetry import TelemetryConfig
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lianban.platform.auth import TokenAuthority
from lianban.platform.openapi import describe
from lianban.platform.problems import Problem, install_problem_handlers, request_id, respond

Check = Callable[[], Awaitable[object]]
"""Passes by returning, fails by raising."""

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[Any]]

MIB: Final = 1024 * 1024
_HEADER: Final = "x-request-id"
_IDLE: Final = 75
"""Seconds an idle connection is kept: longer than clients and proxies keep theirs (httpx 5, nginx 60), for only they
know that no request is on its way when they end one."""
_COLLECTOR: Final = (10_000, 10, 10)
"""Young objects until a collection: a request makes more than the default 700, most of which die by themselves."""

_access = logging.getLogger("lianban.access")
_log = logging.getLogger(__name__)


def create_app(
    title: str,
    lifespan: Lifespan | None = None,
    *,
    authority: TokenAuthority | None = None,
    checks: Mapping[str, Check] | None = None,
    max_body: int = MIB,
    body_limits: Mapping[str, int] | None = None,
) -> FastAPI:
    """An application with everything services share.

    ``checks`` make up ``/health/ready``; a lifespan may add to ``app.state.checks`` what it opens. ``max_body`` is
    in bytes; ``body_limits`` are exceptions to it by path prefix, longest first.
    """
    # Asked anew for every request where nobody listens: only those who set OpenTelemetry up have it.
    observed = any(name.startswith("OTEL_") for name in os.environ)
    telemetry = TelemetryConfig(tracing=observed, metrics=observed, logs=observed)
    app = FastAPI(title=title, lifespan=lifespan, docs_url=None, redoc_url=None, telemetry=telemetry)
    app.state.authority = authority
    app.state.checks = dict(checks or {})
    app.add_middleware(_BodyLimit, limit=max_body, exceptions=body_limits or {})
    install_problem_handlers(app)
    describe(app)
    app.add_middleware(_Requests)
    _add_health(app)
    return app


def run(app: FastAPI, host: str, port: int) -> None:
    """Serves until a signal to stop; requests in flight get 20 seconds to end."""
    # What was made so far lives as long as the process: the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTOR)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=20,
    )
    uvicorn.Server(config).run()


def _add_health(app: FastAPI) -> None:
    @app.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/health/ready", include_in_schema=False)
    async def ready() -> JSONResponse:
        results: dict[str, str] = {}
        for name, check in app.state.checks.items():
            try:
                await check()
                results[name] = "ok"
            except Exception:
                _log.warning("not ready: %s", name, exc_info=True)
                results[name] = "failed"
        good = all(result == "ok" for result in results.values())
        return JSONResponse({"status": "ok" if good else "failed", "checks": results}, 200 if good else 503)


class _Requests:
    """Request ids and the access log: method, path, status, time. Never the query string, never a body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        given = Headers(scope=scope).get(_HEADER, "")
        if _is_uuid(given):
            scope.setdefault("state", {})["request_id"] = uuid.UUID(given).hex
        identity = request_id(scope)
        status = 0
        started = time.perf_counter()

        async def mark(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[_HEADER] = identity
            await send(message)

        try:
            await self._app(scope, receive, mark)
        finally:
            _access.info(
                "request",
                extra={
                    "request_id": identity,
                    "method": scope["method"],
                    "path": scope["path"][:200],
                    "status": status,
                    "ms": round((time.perf_counter() - started) * 1000, 1),
                },
            )


class _BodyLimit:
    """Refuses bodies that are too large: at once when they say so, else as soon as they grow beyond the limit."""

    def __init__(self, app: ASGIApp, limit: int, exceptions: Mapping[str, int]) -> None:
        self._app = app
        self._limit = limit
        self._exceptions = sorted(exceptions.items(), key=lambda item: -len(item[0]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        limit = next((size for prefix, size in self._exceptions if scope["path"].startswith(prefix)), self._limit)
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared) > limit:
            problem = Problem(413, "body-too-large", "请求正文过大", f"请求正文不得超过 {limit} 字节。")
            return await respond(problem, request_id(scope))(scope, receive, send)
        received = 0

        async def count() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                # An HTTPException, because FastAPI turns anything else met while reading a body into a 400.
                raise HTTPException(413)
            return message

        await self._app(scope, count, send)


def _is_uuid(value: str) -> bool:
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True
