"""Acts that are not called back: listed, read one by one and given a receipt, as long as the plays last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from lianban.platform.problems import Problem
from lianban_adapters.channels.incoming.port import Source, Status, Unfinished, Unusable
from lianban_adapters.channels.port import Rejected, Unavailable
from lianban_adapters.conformance.evidence import Cause, Evidence
from lianban_adapters.conformance.receiving import Receiver

_MOST_BATCHES: Final = 20


class Fetcher:
    """``interval``: seconds between two looks. ``explained``: what is known of the error behind one that failed."""

    def __init__(
        self,
        source: Source,
        interval: float,
        department: str,
        receiver: Receiver,
        evidence: Evidence,
        explained: Callable[[BaseException | None], Cause | None] = lambda _: None,
    ) -> None:
        self._source = source
        self._interval = interval
        self._department = department
        self._receiver = receiver
        self._evidence = evidence
        self._explained = explained
        self._settled: set[str] = set()

    async def run(self) -> None:
        while True:
            try:
                await self._pass()
            except (Unavailable, Rejected) as error:
                self._evidence.troubles.append(self._explained(error.__context__) or Cause(error.reason))
            except Exception as error:  # "not now", as for the platform; else every later act would seem not to come
                self._evidence.troubles.append(Cause(f"读取办理动作时出错（{type(error).__name__}）"))
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
        except Unfinished:
            if key in self._settled:
                self._evidence.troubles.append(Cause("处理过的批次移不走，平台的账号没有权限"))
            else:
                self._evidence.still_unfinished(key)
            return
        except Unusable as unusable:
            self._evidence.unfinished.pop(key, None)
            await self._receiver.unreadable(key, unusable)
            await self._source.quarantine(key, unusable.faults)
            return
        self._evidence.unfinished.pop(key, None)
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
