"""The adapters as they run: over real PostgreSQL and Temporal, with a department's HTTP server beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from adapters_files import DepartmentFolder, FolderServer, Piecewise, served, settings_of
from adapters_outside import DepartmentSystem, Intake, serving
from adapters_small_case import CASE_QUEUE, SmallCase
from adapters_staging import DepartmentDatabase, in_mariadb, in_postgres
from adapters_world import World
from isolation_world import Adapters, IsolationWorld, adapters_of
from ruamel.yaml import YAML
from temporalio.client import Client

from fixtures.cable import Cable
from fixtures.described import as_described
from lianban.contracts import names
from lianban.platform.auth import TokenAuthority
from lianban.platform.crypto import Keyring
from lianban.platform.database import create_engine
from lianban.platform.migrations import upgrade
from lianban.platform.objects import open_store
from lianban.platform.temporal import make_worker
from lianban.platform.webhooks import new_secret
from lianban_adapters.app import create_app
from lianban_adapters.settings import AdapterSettings


@pytest.fixture(scope="module")
def further_departments() -> dict[str, Any]:
    """Entries of the directory beside the usual ones. A module about another kind of channel has its own."""
    return {}


@pytest.fixture
async def sftp(tmp_path: Path) -> AsyncIterator[FolderServer]:
    """A department's SFTP server for one test, without the rest of the service."""
    async with served(tmp_path / "root") as (made, _):
        yield made


@pytest.fixture
def sftp_settings(sftp: FolderServer) -> dict[str, Any]:
    return settings_of(sftp, sftp.root.parent / "root.key")


@pytest.fixture
def sftp_folder(sftp: FolderServer) -> DepartmentFolder:
    return DepartmentFolder(sftp.root / "exchange")


@pytest.fixture
def piecewise(tmp_path: Path, test_keyring: Keyring) -> Any:
    return Piecewise(open_store(f"file://{tmp_path}/objects", test_keyring))


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[FolderServer, dict[str, Any]]]:
    """A department's SFTP server for all tests of a module, and the settings the platform needs for it."""
    async with served(tmp_path_factory.mktemp("files") / "root") as made:
        yield made


@pytest.fixture
def folder(server: tuple[FolderServer, dict[str, Any]]) -> DepartmentFolder:
    return DepartmentFolder(server[0].root / "exchange")


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
async def database(request: pytest.FixtureRequest) -> AsyncIterator[DepartmentDatabase]:
    if request.param == "mariadb":
        opened = in_mariadb(request.getfixturevalue("mariadb_server"))
    else:
        opened = in_postgres(request.getfixturevalue("postgres_server"))
    async with opened as made:
        yield made


@pytest.fixture(scope="module")
def adapters(
    postgres_url: Callable[..., str],
    temporal_server: str,
    temporal_client: Client,
    test_keyring: Keyring,
    tmp_path_factory: pytest.TempPathFactory,
) -> Adapters:
    def open_with(
        departments: dict[str, dict[str, Any]], processes: int = 1
    ) -> AbstractAsyncContextManager[IsolationWorld]:
        folder = tmp_path_factory.mktemp("adapters")
        url = postgres_url("adapters", lambda url: upgrade("lianban_adapters", url))
        return adapters_of(departments, folder, url, (temporal_server, temporal_client), test_keyring, processes)

    return open_with


@pytest.fixture(scope="module")
async def world(
    postgres_url: Callable[..., str],
    temporal_server: str,
    temporal_client: Client,
    test_keyring: Keyring,
    tmp_path_factory: pytest.TempPathFactory,
    further_departments: dict[str, Any],
) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("adapters")
    url = postgres_url("adapters", lambda url: upgrade("lianban_adapters", url))
    authority = TokenAuthority.generate()
    secrets = {"market": new_secret(), "health": new_secret(), "nowhere": new_secret()}
    async with AsyncExitStack() as stack:
        cable = Cable(temporal_server)
        await cable.mend()
        stack.push_async_callback(cable.cut)
        intake, market = Intake(authority), DepartmentSystem(secrets["market"])
        intake_url = await stack.enter_async_context(serving(intake.app))
        market_url = await stack.enter_async_context(serving(market.app))
        for worker in (
            make_worker(temporal_client, CASE_QUEUE, workflows=[SmallCase]),
            make_worker(temporal_client, names.QUEUE_INTAKE, activities=[intake.record_events]),
        ):
            await stack.enter_async_context(worker)
        settings = _settings(
            folder, url, cable.address, intake_url, market_url, secrets, test_keyring, authority, further_departments
        )
        app = create_app(settings)
        adapters = await stack.enter_async_context(serving(app))
        engine = create_engine(url)
        stack.push_async_callback(engine.dispose)
        hooks = as_described(app)
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=adapters, timeout=30, event_hooks=hooks))
        store = open_store(settings.objects_url, test_keyring)
        yield World(http, temporal_client, cable, intake, market, secrets, authority, store, engine)


def _settings(
    folder: Path,
    url: str,
    temporal: str,
    intake: str,
    market: str,
    secrets: dict[str, str],
    keyring: Keyring,
    authority: TokenAuthority,
    further_departments: dict[str, Any],
) -> AdapterSettings:
    keyring.save(folder / "keyring.json")
    authority.save(folder / "tokens.json")
    directory = {
        "departments": {
            "market": {"channel": "rest", "endpoint": f"{market}/tasks", "secret": secrets["market"]},
            "health": {"channel": "inbox", "secret": secrets["health"]},
            "nowhere": {"channel": "rest", "endpoint": f"{market}/nowhere", "secret": secrets["nowhere"]},
            **further_departments,
        },
        "supervisor": {},
    }
    with (folder / "directory.yaml").open("w") as file:
        YAML(typ="safe").dump(directory, file)
    return AdapterSettings(
        database_url=url,
        temporal_address=temporal,
        port=0,
        objects_url=f"file://{folder}/objects",
        keyring_file=folder / "keyring.json",
        token_key_file=folder / "tokens.json",
        directory_file=folder / "directory.yaml",
        intake_url=intake,
        public_url="https://lianban.example",
        update_timeout=2.0,
    )
