"""The virtual clock of one rehearsed case: real time and what the server has skipped of it.

The server is not asked what time it is for the case: that would be one more call for each act. The clock is set by what
the case itself tells, and runs behind by no more than a call takes.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from temporalio.client import WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

_PATIENCE: Final = 120.0
"""Seconds of real time a skip may take on a busy machine."""


class Stalled(Exception):
    """Virtual time did not get as far as asked."""


class VirtualClock:
    def __init__(self, skipper: TimeSkipper, handle: WorkflowHandle[Any, Any]) -> None:
        self._skipper = skipper
        self._handle = handle
        self._ahead = timedelta(0)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def set(self, seen: datetime) -> None:
        """``seen``: the case's own time, a moment ago."""
        self._ahead = seen - datetime.now(UTC)

    async def forward(self, target: datetime) -> bool:
        """Let time pass for the case up to ``target``; False when it ended meanwhile. Raises Stalled."""
        duration = target - self.now
        if duration <= timedelta(0):
            return True
        try:
            async with asyncio.timeout(_PATIENCE):
                arrived = await self._skipper.fast_forward(self._handle, duration)
        except TimeoutError:
            raise Stalled(f"{_PATIENCE:.0f} 秒内没有到达") from None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        self.set(target)
        return arrived
