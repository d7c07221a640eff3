"""The service: API, one Temporal worker per department, event relay, outbox of acts, queue of tasks that wait, and what
fetches acts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from aiohttp import ClientTimeout
from fastapi import FastAPI
from sqlalchemy import text
from temporalio.client import Client
from temporalio.worker import Worker

from lianban.contracts.names import QUEUE_DEPARTMENTS, department_queue
from lianban.platform import service
from lianban.platform.auth import TokenAuthority
from lianban.platform.case_updates import CaseUpdates
from lianban.platform.crypto import Keyring
from lianban.platform.database import Database, create_engine
from lianban.platform.directory import Directory, DirectoryInvalid, load_directory
from lianban.platform.objects import open_store
from lianban.platform.outgoing import open_session
from lianban.platform.relay import EventRelay
from lianban.platform.temporal import connect, host_workers, make_worker
from lianban_adapters.acts.carrier import Carrier
from lianban_adapters.acts.documents import Documents
from lianban_adapters.acts.endpoints import router as acts_router
from lianban_adapters.acts.immediate import ImmediateAnswers
from lianban_adapters.acts.outbox import Outbox
from lianban_adapters.acts.service import Acts
from lianban_adapters.channels.incoming.reception import Reception
from lianban_adapters.channels.incoming.runner import Runner
from lianban_adapters.channels.kinds import Surroundings
from lianban_adapters.channels.openapi import describe_messages
from lianban_adapters.channels.registry import Channels
from lianban_adapters.database import Relay
from lianban_adapters.dossiers.client import Dossiers
from lianban_adapters.inbox.endpoints import router as inbox_router
from lianban_adapters.isolation.calendars import WorkingDays
from lianban_adapters.isolation.endpoints import router as isolation_router
from lianban_adapters.isolation.gates import Gates
from lianban_adapters.isolation.handover import Handover
from lianban_adapters.isolation.queue import WaitingTasks
from lianban_adapters.materials.endpoints import router as materials_router
from lianban_adapters.services import Services
from lianban_adapters.settings import AdapterSettings
from lianban_adapters.tasks.activities import TaskActivities
from lianban_adapters.tasks.service import Tasks

_log = logging.getLogger(__name__)

MAX_ACT: Final = 20 * service.MIB
_INTAKE_TIMEOUT: Final = ClientTimeout(connect=10.0, sock_read=10.0)
_INTAKE_CONNECTIONS: Final = 50
_DEPARTMENT_POLLERS: Final = 2  # what a case hands over comes by another queue


def create_app(settings: AdapterSettings) -> FastAPI:
    authority = TokenAuthority.load(settings.token_key_file)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with AsyncExitStack() as stack:
            try:
                started = await _start(settings, authority, app, stack)
            except DirectoryInvalid as invalid:
                # Before the traceback that follows: this line is what whoever wrote the directory needs.
                _log.error("directory cannot be used: %s", str(invalid))
                raise
            yield {"services": started}

    app = service.create_app(
        "一事联办 · 部门对接",
        lifespan,
        authority=authority,
        body_limits={"/v1/departments/": MAX_ACT, "/v1/inbox/": MAX_ACT},
    )
    for router in (acts_router, inbox_router, isolation_router, materials_router):
        app.include_router(router)
    describe_messages(app)
    return app


async def _start(settings: AdapterSettings, authority: TokenAuthority, app: FastAPI, stack: AsyncExitStack) -> Services:
    """Opens everything; ``stack`` closes it, what was opened last first. Temporal may be down: acts are still taken."""
    keyring = Keyring.load(settings.keyring_file)
    directory = load_directory(settings.directory_file)
    store = open_store(settings.objects_url, keyring)
    engine = create_engine(settings.database_url)
    stack.push_async_callback(engine.dispose)
    database = Database(engine)
    intake = await stack.enter_async_context(open_session(_INTAKE_TIMEOUT, _INTAKE_CONNECTIONS))
    client = await connect(settings.temporal_address, settings.temporal_namespace, keyring, lazy=True)

    relay = EventRelay(database.transactions, client, Relay)
    dossiers = Dossiers(intake, settings.intake_url, authority)
    documents = Documents(store)
    carrier = Carrier(database, CaseUpdates(client), relay)
    outbox = Outbox(database, carrier)
    answers = ImmediateAnswers(database, documents, dossiers, outbox, keyring)
    channels = Channels(directory, Surroundings(stack, settings.public_url, settings.send_timeout, store))
    working_days = WorkingDays(directory, settings.catalog_store)
    gates = Gates(directory, await working_days.read(), database)
    tasks = Tasks(database, relay, channels, gates, dossiers, answers)
    waiting = WaitingTasks(database, gates, tasks)
    handover = Handover(database, relay, channels, gates, waiting)
    stack.push_async_callback(handover.close)
    acts = Acts(database, documents, dossiers, carrier, outbox, settings.update_timeout)
    reception = Reception(acts, keyring)
    runners = {
        department: Runner(department, fetching.source, reception, fetching.interval)
        for department, fetching in channels.fetching.items()
    }

    async def open_client() -> Client:
        return await connect(settings.temporal_address, settings.temporal_namespace, keyring)

    async def database_answers() -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    app.state.checks["database"] = database_answers
    await stack.enter_async_context(
        _running(
            relay.run(),
            outbox.run(),
            waiting.run(),
            working_days.keep_up(gates),
            host_workers(open_client, department_workers(directory, TaskActivities(tasks, handover))),
            *(runner.run() for runner in runners.values()),
        )
    )
    return Services(
        directory=directory,
        keyring=keyring,
        database=database,
        store=store,
        documents=documents,
        dossiers=dossiers,
        acts=acts,
        gates=gates,
        courses={department: runner.course for department, runner in runners.items()},
        public_url=settings.public_url,
    )


def department_workers(directory: Directory, activities: TaskActivities) -> Callable[[Client], Sequence[Worker]]:
    """One queue for what a case hands over; and one for each department, with as many activities at a time and in a
    second as its system can bear."""

    def build(client: Client) -> Sequence[Worker]:
        return [
            make_worker(client, QUEUE_DEPARTMENTS, activities=activities.of_all),
            *(
                make_worker(
                    client,
                    department_queue(department),
                    activities=activities.of_a_department,
                    max_concurrent_activities=entry.concurrency,
                    max_activities_per_second=entry.rate_per_second,
                    activity_pollers=_DEPARTMENT_POLLERS,
                )
                for department, entry in directory.departments.items()
            ),
        ]

    return build


@asynccontextmanager
async def _running(*loops: Any) -> AsyncIterator[None]:
    """Background loops for as long as the service runs. They handle their own errors and end by cancellation only."""
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
