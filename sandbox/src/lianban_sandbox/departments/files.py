"""A department that has nothing but a folder on its SFTP server: a program of its own reads what the platform put
there, and writes acts beside it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from lianban_sandbox.callbacks import Report
from lianban_sandbox.departments import batches
from lianban_sandbox.departments.answers import Act
from lianban_sandbox.departments.batches import Damaged, ExchangeFolder
from lianban_sandbox.departments.messages import Messages
from lianban_sandbox.departments.ways import report_of
from lianban_sandbox.web import Refused

_LOOK: Final = 0.2  # seconds between two looks into the folder
_PAUSE: Final = 2.0  # seconds after the disk failed

_log = logging.getLogger(__name__)


class FileSystem:
    """Is also the way its acts go."""

    def __init__(self, department: str, path: Path) -> None:
        self._department = department
        self._folder = ExchangeFolder(path)
        self._waiting: dict[str, asyncio.Future[Report]] = {}
        """By batch."""
        self._taking: dict[str, asyncio.Task[None]] = {}
        """By task, as batches are called: what is told of one task is taken in its order."""

    async def deliver(self, act: Act) -> Report:
        batch = _batch_of(act)
        settled: asyncio.Future[Report] = asyncio.get_running_loop().create_future()
        await self._until_possible(batch, act)
        self._waiting[batch] = settled
        try:
            return await settled
        finally:
            del self._waiting[batch]

    async def run(self, messages: Messages) -> None:
        while True:
            pause = _LOOK
            try:
                self._take_new(messages, await asyncio.to_thread(self._folder.new_tasks))
                await self._look_for_receipts()
            except OSError as error:
                self._warn("folder out of reach", error)
                pause = _PAUSE
            await asyncio.sleep(pause)

    async def close(self) -> None:
        for task in self._taking.values():
            task.cancel()
        await asyncio.gather(*self._taking.values(), return_exceptions=True)

    def _take_new(self, messages: Messages, found: Iterable[Path]) -> None:
        for batch in found:
            task = ".".join(batch.name.split(".")[:2])
            if task not in self._taking:
                self._taking[task] = asyncio.create_task(self._take(messages, batch, task))

    async def _take(self, messages: Messages, batch: Path, task: str) -> None:
        try:
            message = await asyncio.to_thread(batches.message, batch)
            await messages.receive(self._department, batch.name, message)
            await asyncio.to_thread(self._folder.settle, batch)
        except Refused as refused:
            if refused.status_code < 500:  # what a department that is down does not take stays where it is
                await asyncio.to_thread(self._folder.settle, batch, refused.detail)
        except Damaged as damaged:
            await asyncio.to_thread(self._folder.settle, batch, str(damaged))
        except OSError as error:
            self._warn("task not taken", error)
        finally:
            del self._taking[task]

    async def _look_for_receipts(self) -> None:
        for batch, settled in list(self._waiting.items()):
            receipt = await asyncio.to_thread(self._folder.take_receipt, batch)
            if receipt is not None and not settled.done():
                settled.set_result(report_of(receipt["status"], receipt.get("problem")))

    async def _until_possible(self, batch: str, act: Act) -> None:
        while True:
            try:
                return await asyncio.to_thread(self._folder.write_act, batch, act)
            except OSError as error:
                self._warn("act not written", error)
                await asyncio.sleep(_PAUSE)

    def _warn(self, what: str, error: Exception) -> None:
        _log.warning(what, extra={"department": self._department, "error": type(error).__name__})


def _batch_of(act: Act) -> str:
    """Batches sort as their acts were written."""
    written = datetime.fromisoformat(act["occurred_at"]).astimezone(UTC)
    return f"{written:%Y%m%dT%H%M%S.%f}-{act['act_id']}"
