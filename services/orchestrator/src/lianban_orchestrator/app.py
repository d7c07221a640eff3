"""The orchestrator as a process: the workflow worker, health, and the codec for the Temporal UI."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

from fastapi import FastAPI
from temporalio.client import Client

from lianban.platform.codec_server import install_codec
from lianban.platform.crypto import Keyring
from lianban.platform.service import create_app
from lianban.platform.temporal import connect, host_workers
from lianban_orchestrator.settings import OrchestratorSettings
from lianban_orchestrator.worker import case_worker

_HEALTH_TIMEOUT: Final = timedelta(seconds=3)


def build_app(settings: OrchestratorSettings) -> FastAPI:
    """The application; its lifespan runs the worker. It starts, and stays up, while Temporal is down."""
    keyring = Keyring.load(settings.keyring_file)

    async def open_client() -> Client:
        return await connect(settings.temporal_address, settings.temporal_namespace, keyring)

    async def temporal_answers() -> None:
        client = await connect(settings.temporal_address, settings.temporal_namespace, keyring, lazy=True)
        if not await client.service_client.check_health(timeout=_HEALTH_TIMEOUT):
            raise ConnectionError("Temporal does not answer")

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        hosting = asyncio.create_task(
            host_workers(
                open_client,
                lambda client: [case_worker(client)],
            )
        )
        try:
            yield
        finally:
            hosting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await hosting

    app = create_app("一事联办 · 编排服务", lifespan, checks={"temporal": temporal_answers})
    install_codec(app, keyring, settings.ui_origins)
    return app
