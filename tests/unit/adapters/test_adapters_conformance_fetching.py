"""The kit goes on fetching acts whatever one look at the department ends in."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from lianban_adapters.channels.incoming.port import Batch, Source
from lianban_adapters.channels.port import Unavailable
from lianban_adapters.conformance.desk import Desk
from lianban_adapters.conformance.evidence import Evidence
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
    assert evidence.troubles == [told]
