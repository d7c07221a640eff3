"""Applications served on sockets of one's own, within a process that has something else to do: signals stay whoever's
they are, and a port in use is known before anything starts."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Final

import uvicorn
from starlette.types import ASGIApp

_GRACE: Final = 2
_IDLE: Final = 75
"""Seconds an idle connection is kept: clients end theirs first, and so never while a request is on its way."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises OSError for an address that is taken or not ours."""
    # Said to be TCP, or the event loop leaves out TCP_NODELAY and every answer waits for an acknowledgement.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except BaseException:
        bound.close()
        raise
    return bound


class _Server(uvicorn.Server):
    """Several of these share a process: signals are handled once, by whoever runs them."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.tried = asyncio.Event()
        """Set once the server serves, or has failed to."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.tried.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(*served: tuple[ASGIApp, socket.socket]) -> AsyncIterator[None]:
    """Serves each application on its socket for the length of the block; all begin and end together."""
    servers = [_Server(_config(app)) for app, _ in served]
    tasks = [
        asyncio.create_task(server.serve(sockets=[bound])) for server, (_, bound) in zip(servers, served, strict=True)
    ]
    try:
        for server in servers:
            await server.tried.wait()
        if not any(task.done() for task in tasks):
            yield
    finally:
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*tasks)


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=_GRACE,
    )
