"""The intake as a process: API, event worker, outbox, the watch over the catalogue, and what a new calendar starts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Final

from fastapi import FastAPI
from sqlalchemy import text
from temporalio.client import Client

from lianban.contracts.names import QUEUE_INTAKE
from lianban.platform.auth import TokenAuthority
from lianban.platform.case_updates import CaseUpdates
from lianban.platform.crypto import Keyring
from lianban.platform.database import create_engine
from lianban.platform.objects import open_store
from lianban.platform.service import create_app
from lianban.platform.temporal import connect, host_workers, make_worker
from lianban_intake.applications.endpoints import router as applications
from lianban_intake.cases.endpoints import router as cases
from lianban_intake.cases.results import ResultReader
from lianban_intake.dossiers.endpoints import router as dossiers
from lianban_intake.dossiers.service import DossierReader
from lianban_intake.events.activities import EventActivities
from lianban_intake.events.recorder import Recorder
from lianban_intake.exchange.wiring import open_feed
from lianban_intake.guides.endpoints import home
from lianban_intake.guides.endpoints import router as guides_router
from lianban_intake.guides.service import Guides
from lianban_intake.matching.endpoints import router as matching
from lianban_intake.materials.endpoints import BODY_LIMIT
from lianban_intake.materials.endpoints import router as materials
from lianban_intake.official_documents.endpoints import internal as internal_documents
from lianban_intake.official_documents.endpoints import router as official_documents
from lianban_intake.official_documents.service import OfficialDocuments
from lianban_intake.outbox.starter import Starter
from lianban_intake.prefill.endpoints import router as prefill
from lianban_intake.prefill.service import Prefiller
from lianban_intake.prefill.wiring import open_ports
from lianban_intake.redating.asking import Asker
from lianban_intake.redating.endpoints import router as redatings
from lianban_intake.redating.service import Redater
from lianban_intake.settings import IntakeSettings
from lianban_intake.state import Intake
from lianban_intake.supplements.carrier import Carrier
from lianban_intake.supplements.endpoints import router as supplements
from lianban_intake.supplements.service import SupplementDesk
from lianban_intake.themes.endpoints import router as themes
from lianban_intake.themes.sources import Folder, Source, Store
from lianban_intake.themes.watch import Catalogues

_RECORDINGS: Final = 8
"""Batches recorded at a time: each needs a connection, and the API needs the others."""


def source_of(settings: IntakeSettings) -> Source:
    """The published store where one is named, else the working folder."""
    if settings.catalog_store is not None:
        return Store(settings.catalog_store)
    assert settings.catalog_dir is not None  # one of the two is set
    return Folder(settings.catalog_dir)


async def _stop(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def build_app(settings: IntakeSettings) -> FastAPI:
    """Temporal may be down when this starts and while it runs: applications are taken all the same."""

    async def start(app: FastAPI, stack: contextlib.AsyncExitStack) -> None:
        """``stack`` closes what was opened, however far this came."""
        keyring = Keyring.load(settings.keyring_file)
        catalogues = await Catalogues.open(source_of(settings))
        engine = create_engine(settings.database_url)
        stack.push_async_callback(engine.dispose)
        direct = engine.execution_options(isolation_level="AUTOCOMMIT")
        temporal = await connect(settings.temporal_address, settings.temporal_namespace, keyring, lazy=True)
        objects = open_store(settings.objects_url, keyring)
        guides = Guides(settings.guides_url)
        stack.callback(guides.close)
        documents = OfficialDocuments(direct, objects, keyring)
        stack.callback(documents.close)
        registries, library = await open_ports(settings, stack)
        starter = Starter(direct, temporal, lambda: catalogues.current, settings.outbox_poll)
        recorder = Recorder(direct, settings.document_word)
        carrier = Carrier(engine, temporal, recorder, settings.outbox_poll, settings.update_timeout)
        slots = asyncio.Semaphore(settings.redating_at_once)
        asker = Asker(CaseUpdates(temporal), starter, slots, settings.update_timeout)
        redater = Redater(engine, direct, recorder, catalogues, asker, settings.redating_poll, settings.redating_batch)
        app.state.intake = Intake(
            settings=settings,
            keyring=keyring,
            objects=objects,
            engine=engine,
            direct=direct,
            catalogues=catalogues,
            temporal=temporal,
            starter=starter,
            recorder=recorder,
            dossiers=DossierReader(direct, objects, keyring, carrier),
            supplements=SupplementDesk(direct, ResultReader(direct, objects), keyring, carrier, settings.licence_days),
            documents=documents,
            guides=guides,
            prefiller=Prefiller(engine, objects, keyring, registries, library, settings.prefill_seconds),
        )
        activities = EventActivities(direct, settings.document_word)

        async def open_client() -> Client:
            return await connect(settings.temporal_address, settings.temporal_namespace, keyring)

        async def database_answers() -> None:
            async with direct.connect() as connection:
                await connection.execute(text("SELECT 1"))

        app.state.checks["database"] = database_answers
        tasks = [
            asyncio.create_task(starter.run()),
            asyncio.create_task(carrier.run()),
            asyncio.create_task(catalogues.watch(settings.catalog_poll)),
            asyncio.create_task(redater.run()),
            asyncio.create_task(
                host_workers(
                    open_client,
                    lambda client: [
                        make_worker(
                            client,
                            QUEUE_INTAKE,
                            activities=[activities.record_events],
                            max_concurrent_activities=_RECORDINGS,
                        )
                    ],
                )
            ),
        ]
        if settings.exchange_url:
            feed = open_feed(settings.exchange_url, settings.exchange_poll, direct, objects, keyring, stack)
            tasks.append(asyncio.create_task(feed.run()))
        stack.push_async_callback(_stop, tasks)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            await start(app, stack)
            yield

    app = create_app(
        "一事联办 · 收件服务",
        lifespan,
        authority=TokenAuthority.load(settings.token_key_file),
        body_limits={materials.prefix: BODY_LIMIT},
    )
    catalogue = (home, guides_router, matching, themes)
    for router in (*catalogue, prefill, materials, applications, cases, supplements, official_documents):
        app.include_router(router)
    for router in (dossiers, internal_documents, redatings):
        app.include_router(router)
    return app
