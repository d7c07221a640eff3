"""The outside world: every server of the sandbox, in one event loop, each on a port of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import ClientTimeout
from standardwebhooks.webhooks import Webhook

from lianban.platform.directory import load_directory
from lianban.platform.outgoing import open_session
from lianban.platform.serving import listen, serving
from lianban_sandbox.callbacks import Caller, Patience
from lianban_sandbox.courier import app as courier_app
from lianban_sandbox.courier.parcels import Depot
from lianban_sandbox.departments import app as departments_app
from lianban_sandbox.departments.behaviour import Behaviour, Switchboard
from lianban_sandbox.departments.cast import Cast
from lianban_sandbox.departments.desk import Desk
from lianban_sandbox.departments.messages import Messages
from lianban_sandbox.departments.polled import Polled
from lianban_sandbox.departments.sftp import HOST_KEY, serving_files
from lianban_sandbox.mail import app as mail_app
from lianban_sandbox.mail.catcher import Catcher, catching
from lianban_sandbox.registers import app as registers_app
from lianban_sandbox.settings import SandboxSettings
from lianban_sandbox.sms import app as sms_app
from lianban_sandbox.web import url

_TIMEOUT: Final = ClientTimeout(total=20.0)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class World:
    """Where the servers are."""

    departments_url: str
    courier_url: str
    sms_url: str
    mail_url: str
    registries_url: str
    licences_url: str
    smtp_port: int
    sftp_port: int | None
    """None where no department is played by files."""


@contextlib.asynccontextmanager
async def running(settings: SandboxSettings, patience: Patience | None = None) -> AsyncIterator[World]:
    """All servers, for the length of the block. What is pending when it ends is dropped."""
    directory = load_directory(settings.directory_file)
    courier_key = Webhook(_secret(settings.courier_secret_file))
    sms_key = _secret(settings.sms_key_file)
    registries_key = _secret(settings.registries_key_file)
    licences_key = _secret(settings.licences_key_file)
    capacity = settings.sandbox_records
    async with contextlib.AsyncExitStack() as stack:
        http = await stack.enter_async_context(open_session(_TIMEOUT))
        caller = Caller(http, patience or Patience(), settings.sandbox_callbacks)
        default = Behaviour(delay_seconds=settings.sandbox_decision_seconds)
        cast = Cast.of(directory, settings, caller)
        desk = Desk(cast.ways, Switchboard(default), capacity)
        await stack.enter_async_context(cast.playing(Messages(desk)))
        stack.push_async_callback(desk.close)
        polled = Polled(desk, cast.tokens, cast.trays)
        tracking_url = f"{settings.notify_url.rstrip('/')}/v1/courier/tracking"
        depot = Depot(courier_key, tracking_url, caller, settings.sandbox_parcel_seconds, capacity)
        stack.push_async_callback(depot.close)
        catcher = Catcher(capacity)
        apps = (
            (
                settings.port_sandbox_departments,
                departments_app.build(desk, cast.keys, polled),
            ),
            (settings.port_sandbox_courier, courier_app.build(depot)),
            (settings.port_sandbox_sms, sms_app.build(sms_key, capacity)),
            (settings.port_sandbox_mail_records, mail_app.build(catcher)),
            (settings.port_sandbox_registries, registers_app.registries(registries_key, capacity)),
            (settings.port_sandbox_licences, registers_app.licences(licences_key, capacity)),
        )
        served = [(app, stack.enter_context(contextlib.closing(listen(settings.host, port)))) for port, app in apps]
        departments_url, courier_url, sms_url, mail_url, *registers = (url(bound) for _, bound in served)
        smtp = stack.enter_context(contextlib.closing(listen(settings.host, settings.port_sandbox_smtp)))
        smtp_port: int = smtp.getsockname()[1]
        sftp_port = await _serve_files(stack, settings, cast)
        await stack.enter_async_context(serving(*served))
        await stack.enter_async_context(catching(catcher, smtp))
        yield World(departments_url, courier_url, sms_url, mail_url, registers[0], registers[1], smtp_port, sftp_port)


async def _serve_files(stack: contextlib.AsyncExitStack, settings: SandboxSettings, cast: Cast) -> int | None:
    if settings.sandbox_sftp_folder is None or not cast.accounts:
        return None
    bound = stack.enter_context(contextlib.closing(listen(settings.host, settings.port_sandbox_sftp)))
    port: int = bound.getsockname()[1]
    await stack.enter_async_context(serving_files(cast.accounts, settings.sandbox_sftp_folder / HOST_KEY, bound))
    return port


async def run(settings: SandboxSettings) -> None:
    """Serves until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running(settings) as world:
        _log.info("sandbox serves", extra={"departments": world.departments_url, "courier": world.courier_url})
        await stop.wait()


def _secret(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()
