"""Notify as a process: the HTTP surface, the Temporal worker, the event relay and the outbox."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Final

from aiohttp import ClientTimeout
from fastapi import FastAPI
from sqlalchemy import text
from temporalio.client import Client

from lianban.platform.auth import TokenAuthority
from lianban.platform.crypto import Keyring
from lianban.platform.database import Database, create_engine
from lianban.platform.outgoing import open_session
from lianban.platform.service import create_app
from lianban.platform.temporal import connect, host_workers
from lianban_notify.deliveries.endpoints import router
from lianban_notify.settings import NotifySettings, read_secret
from lianban_notify.wiring import Parts

_TIMEOUT: Final = ClientTimeout(connect=5.0, sock_read=10.0)


def build_app(settings: NotifySettings) -> FastAPI:
    """It starts, and keeps hearing couriers, while Temporal, the intake or a gateway is down."""
    keyring = Keyring.load(settings.keyring_file)
    authority = TokenAuthority.load(settings.token_key_file)
    engine = create_engine(settings.database_url)

    async def temporal(*, lazy: bool) -> Client:
        return await connect(settings.temporal_address, settings.temporal_namespace, keyring, lazy=lazy)

    async def database_answers() -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_session(_TIMEOUT) as http:
            parts = Parts(settings, keyring, authority, Database(engine), await temporal(lazy=True), http)
            app.state.parts = parts
            app.state.tracking = parts.tracking
            async with _running(
                host_workers(lambda: temporal(lazy=False), parts.workers), parts.relay.run(), parts.outbox.run()
            ):
                yield
            parts.ports.mail.close()
        await engine.dispose()

    app = create_app("一事联办 · 通知送达", lifespan, authority=authority, checks={"database": database_answers})
    app.state.courier_secret = read_secret(settings.courier_secret_file)
    app.include_router(router)
    return app


@contextlib.asynccontextmanager
async def _running(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
