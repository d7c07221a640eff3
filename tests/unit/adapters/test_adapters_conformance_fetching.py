"""The kit goes on fetching acts whatever one look at the department ends in."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import cast

import pytest

from lianban_adapters.channels.incoming.port import Batch, Found, Receipt, Source, Unfinished
from lianban_adapters.channels.port import Unavailable
from lianban_adapters.conformance.desk import Desk
from lianban_adapters.conformance.evidence import Cause, Evidence
from lianban_adapters.conformance.lines.fetching import Fetcher
from lianban_adapters.conformance.receiving import Receiver


@pytest.mark.parametrize(
    ("error", "told"), [(Unavailable("无法连接"), "无法连接"), (KeyError("张三"), "读取办理动作时出错（KeyError）")]
)
async def test_a_look_that_fails_is_told_and_the_next_one_follows(error: Exception, told: str) -> None:
    evidence = Evidence()
    looked_again = asyncio.Event()

    class FailsOnce:
        async def fetch(self, after: str | None) -> Batch:
            if not evidence.troubles:
                raise error
            looked_again.set()
            return Batch(())

    receiver = Receiver(Desk("tax"), evidence, lambda _: False)
    fetching = asyncio.create_task(Fetcher(cast(Source, FailsOnce()), 0.01, "tax", receiver, evidence).run())
    async with asyncio.timeout(10):
        await looked_again.wait()
    fetching.cancel()
    await asyncio.gather(fetching, return_exceptions=True)
    assert evidence.troubles == [Cause(told)]


async def test_a_batch_that_is_not_finished_is_told_from_one_that_may_not_be_moved() -> None:
    evidence, looks = Evidence(), asyncio.Event()
    act = {"act_id": "a-1", "task_id": "unheard-of:step", "kind": "accept", "actor": "system"}

    class Folder:
        read_before = False

        async def fetch(self, after: str | None) -> Batch:
            first, last = evidence.unfinished.get("unfinished", (0.0, 0.0))
            if last > first:
                looks.set()
            return Batch(("settled", "unfinished"))

        async def read(self, key: str) -> Found:
            if key == "unfinished" or self.read_before:
                raise Unfinished
            self.read_before = True
            return Found(act | {"occurred_at": datetime.now(UTC).isoformat()})

        async def acknowledge(self, key: str, receipt: Receipt) -> None:
            assert (key, receipt.problem) == ("settled", "unknown-task")

    receiver = Receiver(Desk("archives"), evidence, lambda _: False)
    fetching = asyncio.create_task(Fetcher(cast(Source, Folder()), 0.01, "archives", receiver, evidence).run())
    async with asyncio.timeout(10):
        await looks.wait()
    fetching.cancel()
    await asyncio.gather(fetching, return_exceptions=True)
    assert set(evidence.unfinished) == {"unfinished"}
    assert {one.seen for one in evidence.troubles} == {"处理过的批次移不走，平台的账号没有权限"}
