"""From the department to us: a file for each act, answered by one of the same name."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pydantic_core import to_json

from lianban.platform.problems import FieldError
from lianban_adapters.channels.incoming.port import Batch, Found, Receipt, Status, unusable
from lianban_adapters.channels.incoming.texts import described, read_act
from lianban_adapters.channels.responses import MAX_ANSWER
from lianban_channel_folder.folder import Folder

_MAX_DETAIL = 2000


class FolderSource:
    """The key of an act is the name of its file."""

    def __init__(self, folder: Folder, batch: int) -> None:
        self._folder = folder
        self._batch = batch

    async def fetch(self, after: str | None) -> Batch:
        names = await asyncio.to_thread(self._folder.names, "acts")
        left = [name for name in names if after is None or name > after]
        page = left[: self._batch]
        return Batch(page, page[-1] if len(left) > len(page) else None)

    async def read(self, key: str) -> Found:
        content = await asyncio.to_thread(self._folder.read, "acts", key, limit=MAX_ANSWER)
        if content is None:
            raise unusable("no-file", "应为普通文件")
        if len(content) > MAX_ANSWER:
            raise unusable("too-large", f"办理动作连同文件不得超过 {MAX_ANSWER // (1024 * 1024)} MiB")
        return Found(read_act(content))

    async def acknowledge(self, key: str, receipt: Receipt) -> None:
        await self._answer(key, {name: value for name, value in asdict(receipt).items() if value is not None}, "done")

    async def quarantine(self, key: str, faults: Sequence[FieldError]) -> None:
        answer = {"status": Status.QUARANTINED, "detail": described(faults, _MAX_DETAIL)}
        await self._answer(key, answer, "quarantine")

    async def _answer(self, key: str, answer: dict[str, Any], aside: str) -> None:
        """The receipt first: cut off in between, the act is fetched again and gets the same one."""
        await asyncio.to_thread(self._folder.write, "receipts", key, content=to_json(answer))
        await asyncio.to_thread(self._folder.move, key, "acts", aside)
