"""A lease is renewed for as long as what it is for goes on: nothing has to be known of how long that may be."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

_LONGEST: Final = 900.0
"""Seconds. What takes longer hangs, and whoever comes next is not to wait for it."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def renewed(renew: Callable[[], Awaitable[object]], every: float) -> AsyncIterator[None]:
    """``renew`` is called every so many seconds. What is over sooner costs nothing."""
    loop, over, renewing = asyncio.get_running_loop(), asyncio.Event(), set[asyncio.Task[None]]()
    first = loop.call_later(every, lambda: renewing.add(loop.create_task(_renew(renew, every, over))))
    try:
        yield
    finally:
        first.cancel()
        over.set()
        # Waited for: a statement that takes effect after what follows would hold what has been let go.
        await asyncio.gather(*renewing)


async def _renew(renew: Callable[[], Awaitable[object]], every: float, over: asyncio.Event) -> None:
    """A database may come back while the statement it never answered is still waited for: the lease would end first."""
    clock = asyncio.get_running_loop().time
    until = clock() + _LONGEST
    while clock() < until:
        pause = every
        try:
            async with asyncio.timeout(every):
                await renew()
        except Exception:
            pause = every / 4
            _log.warning("lease not renewed", exc_info=True)
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), pause)
            return
