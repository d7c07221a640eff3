"""The Temporal client and workers as every service uses them."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, Final

from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter, ToJsonOptions, pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.service import GrpcCompression
from temporalio.worker import PollerBehaviorSimpleMaximum, Worker
from temporalio.worker.workflow_sandbox import SandboxRestrictions

from lianban.platform.codec import EncryptingCodec
from lianban.platform.crypto import Keyring
from lianban.platform.workflow_runner import ContextFreeSandbox

PASSED_THROUGH: Final = (
    "lianban",
    "lianban_orchestrator",
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "typing_extensions",
)
"""Models, pure code and the workflow itself, which keep no state in modules: imported once, not anew for each case.
The sandbox still guards what they call. Without this a worker takes half as much again."""

WORKFLOW_POLLERS: Final = 20
ACTIVITY_POLLERS: Final = 5
"""Of a worker, however much there is to do. The SDK's growing pollers give up after 11 seconds what the server ends
after 10: where an answer takes longer than the second between, the task in it counts as begun, and nobody does it until
its time is up, a minute later. Pollers of a fixed number wait 70 seconds for what ends after 60."""

_CACHED_WORKFLOWS: Final = 2000
_EAGER_RESERVATIONS: Final = 8
_GRACE: Final = timedelta(seconds=10)

_log = logging.getLogger(__name__)


class ContractConverter(PydanticPayloadConverter):
    """Contracts in JSON without what was never set: most of an event's fields are about something else, and every
    payload is sealed, stored and sent several times. What is left out is read as its default, so the default of a
    contract's field may not change.

    All instances are one: the SDK makes a converter for each turn of a workflow, and what it has learnt of the
    contracts' types is worth keeping."""

    _shared: ClassVar[dict[str, Any]] = vars(PydanticPayloadConverter(ToJsonOptions(exclude_unset=True)))

    def __init__(self) -> None:
        vars(self).update(self._shared)


def data_converter(keyring: Keyring) -> DataConverter:
    """pydantic models in JSON, sealed; failure messages and stack traces sealed too."""
    return replace(
        pydantic_data_converter,
        payload_converter_class=ContractConverter,
        payload_codec=EncryptingCodec(keyring),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


async def connect(
    address: str, namespace: str, keyring: Keyring, *, lazy: bool = False, identity: str | None = None
) -> Client:
    """A client. ``lazy`` connects with its first call, for those that must start while Temporal is down.

    Compression is left out on loopback, where it only costs time.
    """
    return await Client.connect(
        address,
        namespace=namespace,
        data_converter=data_converter(keyring),
        grpc_compression=GrpcCompression.NONE if _is_loopback(address) else GrpcCompression.GZIP,
        lazy=lazy,
        identity=identity,
    )


def make_worker(
    client: Client,
    queue: str,
    *,
    activities: Sequence[Callable[..., Any]] = (),
    workflows: Sequence[type] = (),
    max_concurrent_activities: int = 100,
    max_activities_per_second: float | None = None,
    activity_pollers: int = ACTIVITY_POLLERS,
    **options: Any,
) -> Worker:
    """A worker for one queue. ``options`` are further arguments of :class:`temporalio.worker.Worker`.

    ``activity_pollers``: fewer for one of dozens of queues that a process serves, for an idle poll is an open request
    on the server.
    """
    defaults: dict[str, Any] = {
        "activity_task_poller_behavior": PollerBehaviorSimpleMaximum(activity_pollers),
        "graceful_shutdown_timeout": _GRACE,
    }
    if workflows:
        defaults |= {
            "workflow_task_poller_behavior": PollerBehaviorSimpleMaximum(WORKFLOW_POLLERS),
            "workflow_runner": ContextFreeSandbox(
                restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
            ),
            "max_cached_workflows": _CACHED_WORKFLOWS,
            "max_eager_activity_reservations_per_workflow_task": _EAGER_RESERVATIONS,
        }
    return Worker(
        client,
        task_queue=queue,
        activities=activities,
        workflows=workflows,
        max_concurrent_activities=max_concurrent_activities,
        max_activities_per_second=max_activities_per_second,
        **(defaults | options),
    )


async def host_workers(
    open_client: Callable[[], Awaitable[Client]],
    build: Callable[[Client], Sequence[Worker]],
    *,
    pause: float = 2.0,
) -> None:
    """Runs the workers until cancelled. While Temporal cannot be reached it tries again every ``pause`` seconds,
    and when a worker breaks all are built anew, so a service starts and stays up without Temporal. What breaks a
    worker (its namespace, its rights) breaks its siblings too: these are stopped first, for one queue has one worker.
    """
    while True:
        try:
            workers = build(await open_client())
            async with asyncio.TaskGroup() as running:
                for worker in workers:
                    running.create_task(_run(worker))
        except Exception:
            _log.warning("workers are not running; trying again", exc_info=True)
        await asyncio.sleep(pause)


async def _run(worker: Worker) -> None:
    running = asyncio.ensure_future(worker.run())
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        # Let activities end in their grace time instead of cutting them off.
        await worker.shutdown()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        raise


def _is_loopback(address: str) -> bool:
    host = address.rsplit(":", 1)[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
