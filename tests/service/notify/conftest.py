"""Notify as it runs: over real PostgreSQL and Temporal, with intake, gateway, courier and mail server beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from notify_outside import (
    DUTY_EMAIL,
    DUTY_MOBILE,
    SUPERVISOR_MOBILE,
    Courier,
    Gateway,
    Intake,
    MailServer,
    serving,
)
from notify_small_case import CASE_QUEUE, SmallCase
from notify_world import World
from ruamel.yaml import YAML
from temporalio.client import Client

from fixtures.cable import Cable
from fixtures.described import as_described
from lianban.contracts import names
from lianban.platform.auth import TokenAuthority
from lianban.platform.crypto import Keyring
from lianban.platform.database import create_engine
from lianban.platform.migrations import upgrade
from lianban.platform.temporal import make_worker
from lianban.platform.webhooks import new_secret
from lianban_notify.app import build_app
from lianban_notify.migrate import PACKAGE
from lianban_notify.settings import NotifySettings

SMS_KEY = "sms-key"


@pytest.fixture(scope="module")
async def world(
    postgres_url: Callable[..., str],
    temporal_server: str,
    temporal_client: Client,
    test_keyring: Keyring,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("notify")
    url = postgres_url("notify", lambda url: upgrade(PACKAGE, url))
    authority, secret = TokenAuthority.generate(), new_secret()
    async with AsyncExitStack() as stack:
        cable = Cable(temporal_server)
        await cable.mend()
        stack.push_async_callback(cable.cut)
        intake, gateway, courier, mail = Intake(authority), Gateway(SMS_KEY), Courier(secret), MailServer()
        _write_secrets(folder, test_keyring, authority, secret)
        settings = NotifySettings(
            database_url=url,
            temporal_address=f"127.0.0.1:{cable.port}",
            port=0,
            objects_url=f"file://{folder}/objects",
            keyring_file=folder / "keyring.json",
            token_key_file=folder / "tokens.json",
            directory_file=folder / "directory.yaml",
            intake_url=await stack.enter_async_context(serving(intake.app)),
            public_url="http://notify.test",
            document_url="https://portal.test/cases/{case_no}/documents/{seq}",
            sms_url=await stack.enter_async_context(serving(gateway.app)),
            sms_key_file=folder / "sms.key",
            mail_from="no-reply@tianmen.example.cn",
            smtp_port=await stack.enter_async_context(mail.running()),
            courier_url=await stack.enter_async_context(serving(courier.app)),
            courier_secret_file=folder / "courier.secret",
        )
        for worker in (
            make_worker(temporal_client, CASE_QUEUE, workflows=[SmallCase]),
            make_worker(temporal_client, names.QUEUE_INTAKE, activities=[intake.record_events]),
        ):
            await stack.enter_async_context(worker)
        app = build_app(settings)
        notify = await stack.enter_async_context(serving(app))
        engine = create_engine(url)
        stack.push_async_callback(engine.dispose)
        hooks = as_described(app)
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=notify, timeout=30, event_hooks=hooks))
        yield World(http, temporal_client, cable, intake, gateway, courier, mail, secret, authority, engine)


def _write_secrets(folder: Path, keyring: Keyring, authority: TokenAuthority, courier_secret: str) -> None:
    keyring.save(folder / "keyring.json")
    authority.save(folder / "tokens.json")
    (folder / "courier.secret").write_text(f"{courier_secret}\n")
    (folder / "sms.key").write_text(f"{SMS_KEY}\n")
    market = {"channel": "inbox", "secret": new_secret(), "duty_mobile": DUTY_MOBILE, "duty_email": DUTY_EMAIL}
    directory = {"departments": {"market": market}, "supervisor": {"mobile": SUPERVISOR_MOBILE}}
    with (folder / "directory.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(directory, file)
