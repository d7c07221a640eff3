"""What a department's system answers over HTTP, and what that means for what was sent."""

from __future__ import annotations

from typing import Final

from aiohttp import ClientResponse

from lianban_adapters.channels.port import Rejected, Unavailable
from lianban_adapters.waiting import retry_after

MAX_ANSWER: Final = 20 * 1024 * 1024
"""Bytes of an answer: as many as a callback may have."""

_TRY_AGAIN: Final = frozenset({408, 425, 429})


class TooLarge(Rejected):
    """An answer of more bytes than there may be."""


def check(response: ClientResponse) -> None:
    """5xx and the few 4xx that mean "later" may work another time; any other answer is a configuration to repair,
    and repeating it would only keep the task from the people who could handle it."""
    status = response.status
    if 200 <= status < 300:
        return
    if status >= 500 or status in _TRY_AGAIN:
        raise Unavailable(f"业务系统返回 {status}", retry_after(response.headers.get("retry-after")), status)
    raise Rejected(f"业务系统返回 {status}，未接收该任务", status)


async def content(response: ClientResponse, limit: int = MAX_ANSWER) -> bytes:
    """Never more than ``limit`` bytes in memory."""
    found = bytearray()
    async for chunk in response.content.iter_any():
        found += chunk
        if len(found) > limit:
            raise TooLarge(f"业务系统的答复超过 {limit / (1024 * 1024):g} MiB")
    return bytes(found)
