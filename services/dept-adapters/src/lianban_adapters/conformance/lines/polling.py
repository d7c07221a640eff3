"""A department that is only ever called: tasks are put into it, acts are listed, fetched and given a receipt."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final

from lianban.platform.directory import PollingSettings
from lianban.platform.problems import Problem
from lianban_adapters.channels.incoming.port import Status, Unusable
from lianban_adapters.channels.polling.client import PollingClient
from lianban_adapters.channels.polling.source import PollingSource
from lianban_adapters.channels.port import Rejected, Unavailable
from lianban_adapters.conformance.evidence import Answered, Evidence, Play, Reply
from lianban_adapters.conformance.lines.port import Message
from lianban_adapters.conformance.receiving import Receiver

_MOST_BATCHES: Final = 20


class PollingLine:
    """``stranger``: the same system, asked with another token."""

    forgeries: Collection[Play] = (Play.FORGED,)
    plays: Collection[Play] = ()

    def __init__(
        self,
        client: PollingClient,
        stranger: PollingClient,
        settings: PollingSettings,
        department: str,
        receiver: Receiver,
        evidence: Evidence,
    ) -> None:
        self._client = client
        self._stranger = stranger
        self._source = PollingSource(client, settings.batch)
        self._interval = settings.interval
        self._department = department
        self._receiver = receiver
        self._evidence = evidence
        self._settled: set[str] = set()

    async def deliver(self, message: Message, forgery: Play | None = None) -> Answered:
        client = self._stranger if forgery else self._client
        try:
            await client.put(message.body, *_place(message))
        except Rejected as rejected:
            return Answered(Reply.REJECTED, rejected.reason)
        except Unavailable as unavailable:
            return Answered(Reply.UNAVAILABLE, unavailable.reason)
        return Answered(Reply.TAKEN)

    async def fetch(self) -> None:
        while True:
            try:
                await self._pass()
            except (Unavailable, Rejected) as error:
                self._evidence.troubles.append(error.reason)
            await asyncio.sleep(self._interval)

    async def _pass(self) -> None:
        after: str | None = None
        settled = frozenset(self._settled)
        for _ in range(_MOST_BATCHES):
            batch = await self._source.fetch(after)
            self._evidence.listings += 1
            for key in batch.keys:
                if key in settled:
                    self._evidence.listed_again[key] += 1
                await self._settle(key)
            after = batch.next
            if after is None:
                return

    async def _settle(self, key: str) -> None:
        try:
            found = await self._source.read(key)
        except Unusable as unusable:
            await self._receiver.unreadable(key, unusable)
            await self._source.quarantine(key, unusable.faults)
            return
        try:
            receipt = await self._receiver.take(self._department, found)
        except Unusable as unusable:
            await self._source.quarantine(key, unusable.faults)
        except Problem:
            return  # the platform is out of order: the act stays where it is
        else:
            await self._source.acknowledge(key, receipt)
            if receipt.status is not Status.QUARANTINED:
                self._settled.add(key)


def _place(message: Message) -> tuple[str, ...]:
    match message.type:
        case "task.supplemented":
            return "tasks", message.task_id, "supplements", message.id
        case "task.withdrawn":
            return "tasks", message.task_id, "withdrawal"
    return "tasks", message.task_id
