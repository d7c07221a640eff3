"""One run: opens what is needed, plays everything at once, judges."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from aiohttp import ClientTimeout

from lianban.platform.crypto import Keyring
from lianban.platform.directory import FilesSettings, PollingSettings, StagingSettings
from lianban.platform.objects import ObjectStore, open_store
from lianban.platform.outgoing import open_session
from lianban.platform.serving import serving
from lianban_adapters.channels.files.connection import FilesConnection
from lianban_adapters.channels.files.source import FilesSource
from lianban_adapters.channels.polling.client import PollingClient
from lianban_adapters.channels.staging.acts import place
from lianban_adapters.channels.staging.channel import StagingChannel
from lianban_adapters.channels.staging.database import StagingDatabase
from lianban_adapters.conformance import plays
from lianban_adapters.conformance.desk import Desk
from lianban_adapters.conformance.evidence import Cause, Evidence, Play
from lianban_adapters.conformance.kit import Kit, Patience
from lianban_adapters.conformance.lines.fetching import Fetcher
from lianban_adapters.conformance.lines.files import FilesLine
from lianban_adapters.conformance.lines.polling import PollingLine
from lianban_adapters.conformance.lines.port import Line
from lianban_adapters.conformance.lines.rest import RestLine
from lianban_adapters.conformance.lines.staging import StagingLine, StampedSource
from lianban_adapters.conformance.listener import Materials, build
from lianban_adapters.conformance.reaching import of_database
from lianban_adapters.conformance.receiving import Receiver
from lianban_adapters.conformance.report import Report, judged
from lianban_adapters.samples.tasks import SAMPLE_FILE, Sampler, SampleTask

_INTERVAL: Final = 0.5
_CONNECTIONS: Final = 4
_SETTLE: Final = 2.0  # seconds: shorter than the platform's, for a run is short
_WRONG_TOKEN: Final = "lianban-conformance-wrong-token"


Kind = Literal["rest", "polling", "staging", "files"]


@dataclass(frozen=True)
class Order:
    """``endpoint``: where tasks are posted (rest), what the addresses of the API begin with (polling), nothing
    (staging, files). ``secret``: signing key, the token we are known by, the database's URL, or nothing (files, which
    has ``files``). ``public_url``: where the department reaches us. ``answer_timeout``: seconds for a message to be
    answered. ``acceptance``: a lead department."""

    department: str
    kind: Kind
    endpoint: str
    secret: str = field(repr=False)
    public_url: str
    patience: Patience = field(default_factory=Patience)
    answer_timeout: float = 20.0
    material_token: str | None = None
    sample: Path = SAMPLE_FILE
    acceptance: bool = False
    db_schema: str | None = None
    tls: bool = False
    files: FilesSettings | None = None


async def conform(order: Order, bound: socket.socket) -> Report:
    """``bound``: where acts and requests for materials are taken; closed by the caller. Raises
    :class:`~lianban_adapters.samples.tasks.SampleUnusable`."""
    sampler = Sampler(order.department, order.sample)
    evidence = Evidence(silence=_silence(order))
    requested: list[Callable[[SampleTask], None]] = []
    desk = Desk(order.department, lambda task: requested[0](task))
    receiver = Receiver(desk, evidence, sampler.made, order.secret if order.kind == "rest" else None)
    materials = Materials(evidence, order.material_token)
    async with AsyncExitStack() as stack:
        line = await _line(order, sampler, receiver, evidence, stack)
        kit = Kit(line, desk, receiver, materials, evidence, sampler, order.public_url, order.patience)
        requested.append(kit.requested)
        await stack.enter_async_context(serving((build(receiver, materials, evidence), bound)))
        opened = await plays.opened(kit)
        if opened is None:
            answered = evidence.sent[0].answered
            evidence.halted = Cause(f"第一项任务就没有送达：{answered.reason}", answered.advice)
        else:
            await _played(kit, opened, order.acceptance)
    return judged(order.department, order.kind, evidence)


def _silence(order: Order) -> Cause:
    """Of a department whose acts never come: where they were looked for."""
    waited = f"等了 {order.patience.acts:g} 秒"
    by_hand = "需要人工办理的，用 --wait 留足时间，其间办理样例任务"
    if order.kind == "rest":
        url = f"{order.public_url}/v1/departments/{order.department}/acts"
        return Cause(
            f"{waited}，没有收到任何办理动作：部门的回传应发到 {url}",
            f"部门系统的平台网址是否 {order.public_url}，从它那里能否连上，它自己的日志怎样说；{by_hand}",
        )
    place = {"polling": "GET acts 的清单", "staging": "lb_act 中 is_sync 为 0 的行", "files": "acts/new"}[order.kind]
    return Cause(
        f"{waited}，没有取到任何办理动作：{place}里没有样例任务的", f"看部门系统自己的日志，动作是否写在那里；{by_hand}"
    )


async def _played(kit: Kit, opened: SampleTask, acceptance: bool) -> None:
    """Everything at once, for most of it waits."""
    line = kit.line
    fetching = asyncio.create_task(line.fetch())
    try:
        await asyncio.gather(
            plays.basic(kit, opened),
            *(
                play(kit)
                for name, play in plays.PLAYS.items()
                if name not in line.omits and (name is not Play.ACCEPTANCE or acceptance)
            ),
            *(plays.forged(kit, forgery) for forgery in line.forgeries),
        )
        await kit.settled()
    finally:
        fetching.cancel()
        await asyncio.gather(fetching, return_exceptions=True)


async def _line(order: Order, sampler: Sampler, receiver: Receiver, evidence: Evidence, stack: AsyncExitStack) -> Line:
    if order.kind == "staging":
        return await _staging(order, sampler, receiver, evidence, stack)
    if order.files is not None:
        return await _files(order.files, order, sampler, receiver, evidence, stack)
    http = await stack.enter_async_context(open_session(ClientTimeout(total=order.answer_timeout)))
    if order.kind == "rest":
        return RestLine(http, order.endpoint, order.secret, order.answer_timeout)
    settings = PollingSettings(base_url=order.endpoint, token=order.secret, interval=_INTERVAL)
    stranger = PollingSettings(base_url=order.endpoint, token=_WRONG_TOKEN)
    return PollingLine(
        PollingClient(http, settings),
        PollingClient(http, stranger),
        settings,
        order.department,
        receiver,
        evidence,
        order.answer_timeout,
    )


async def _staging(
    order: Order, sampler: Sampler, receiver: Receiver, evidence: Evidence, stack: AsyncExitStack
) -> Line:
    settings = StagingSettings(database_url=order.secret, db_schema=order.db_schema, tls=order.tls, interval=_INTERVAL)
    database = StagingDatabase(settings, _CONNECTIONS, order.answer_timeout)
    stack.push_async_callback(database.close)
    store = await _store(sampler, stack)
    channel = StagingChannel(database, settings, store, order.public_url)
    evidence.place = place
    source = StampedSource(database, settings.batch, receiver.plays.__contains__, evidence)
    fetcher = Fetcher(source, _INTERVAL, order.department, receiver, evidence, of_database)
    return StagingLine(database, channel, fetcher, order.answer_timeout, evidence)


async def _files(
    settings: FilesSettings,
    order: Order,
    sampler: Sampler,
    receiver: Receiver,
    evidence: Evidence,
    stack: AsyncExitStack,
) -> Line:
    connection = FilesConnection(settings, _CONNECTIONS, order.answer_timeout)
    stack.push_async_callback(connection.close)
    source = FilesSource(connection, settings.batch, min(settings.settle, _SETTLE))
    fetcher = Fetcher(source, _INTERVAL, order.department, receiver, evidence)
    return FilesLine(connection, await _store(sampler, stack), fetcher, order.answer_timeout, evidence)


async def _store(sampler: Sampler, stack: AsyncExitStack) -> ObjectStore:
    """The materials, for as long as the run."""
    folder = stack.enter_context(TemporaryDirectory())
    store = open_store(Path(folder).as_uri(), Keyring.generate())
    for content in sampler.files.values():
        await store.put(content)
    return store
