"""A real Temporal server and the real orchestrator worker."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, ServiceClient
from workflow_world import HISTORIES, RECORDING, Case, Host, Services, StartCase, hosted_by

from fixtures.plans import make_case
from lianban.catalog.plan import Plan
from lianban.catalog.terms import DeliveryMode
from lianban.contracts import names
from lianban.contracts.case import CaseResult
from lianban.platform.temporal import make_worker
from lianban_orchestrator.worker import case_worker

_numbers = itertools.count(1)


@pytest.fixture
async def case_client(temporal_client: Client) -> Client:
    """The services' client; while histories are recorded, one that leaves payloads readable, for later replays."""
    if not RECORDING:
        return temporal_client
    service = await ServiceClient.connect(
        replace(temporal_client.service_client.config, identity="recorder", lazy=False)
    )
    return Client(service, namespace=temporal_client.namespace, data_converter=pydantic_data_converter)


@pytest.fixture
async def start_case(case_client: Client, request: pytest.FixtureRequest) -> AsyncIterator[StartCase]:
    """``await start_case(plan, **changes)``: a started case on the real orchestrator worker."""
    started: list[Case] = []
    hosted: set[str] = set()
    async with contextlib.AsyncExitStack() as stack:

        async def start(plan: Plan, *, services: Services | None = None, **changes: Any) -> Case:
            services = services or Services()
            queue = f"{names.QUEUE_ORCHESTRATOR}-{next(_numbers)}"
            changes.setdefault("delivery", DeliveryMode.COURIER)
            changes.setdefault("received_at", datetime.now(UTC))
            case = make_case(f"case-{queue}", plan, **changes)
            host = Host(lambda: case_worker(case_client, queue))
            await host.come()
            stack.push_async_callback(host.go)
            for name, activities in hosted_by(plan, services).items():
                if name in hosted:
                    continue  # a second case of the same services
                hosted.add(name)
                await stack.enter_async_context(make_worker(case_client, name, activities=activities))
            handle = await case_client.start_workflow(
                names.CASE_WORKFLOW, case, id=case.case_no, task_queue=queue, result_type=CaseResult
            )
            started.append(Case(case_client, handle, services, host))
            return started[-1]

        yield start
        if RECORDING:
            for case in started:
                history = await case.handle.fetch_history()
                (HISTORIES / f"{request.node.name}.json").write_text(history.to_json() + "\n")
        for case in started:
            # What it still has to say would be said to the next test: departments' queues are named alike.
            with contextlib.suppress(RPCError):
                await case.handle.terminate()
