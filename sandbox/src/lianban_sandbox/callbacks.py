"""Signed callbacks to the platform (Standard Webhooks), repeated until they arrive or it is no use."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from aiohttp import ClientError, ClientSession
from standardwebhooks.webhooks import Webhook

_log = logging.getLogger(__name__)
_RETRIED: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


class Fate(StrEnum):
    """What became of a callback."""

    DELIVERED = "delivered"  # 2xx; 202 says that the platform keeps it
    REJECTED = "rejected"  # 4xx: the same again would not help
    GAVE_UP = "gave_up"


@dataclass(frozen=True, slots=True)
class Report:
    fate: Fate
    attempts: int
    status: int | None
    """Of the last answer; None when there was none."""
    problem: str | None = None
    """Problem type of a rejection."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a callback is repeated; pauses (seconds) double from the first to the longest."""

    attempts: int = 24
    first: float = 0.2
    longest: float = 30.0

    def pause(self, attempt: int) -> float:
        return min(self.first * 2.0 ** (attempt - 1), self.longest)


class Caller:
    """Sends callbacks over connections that are kept; at most ``concurrency`` at once."""

    def __init__(self, http: ClientSession, patience: Patience, concurrency: int) -> None:
        self._http = http
        self._patience = patience
        self._slots = asyncio.Semaphore(concurrency)

    async def send(self, url: str, key: Webhook, message_id: str, body: bytes) -> Report:
        """Posts ``body`` (JSON) to ``url``; the message id stays the same, the signature's time does not."""
        status: int | None = None
        for attempt in range(1, self._patience.attempts + 1):
            if attempt > 1:
                await asyncio.sleep(self._patience.pause(attempt - 1))
            try:
                async with (
                    self._slots,
                    self._http.post(
                        url, data=body, headers=_headers(key, message_id, body), allow_redirects=False
                    ) as response,
                ):
                    status, answer = response.status, await response.read()
            except (ClientError, TimeoutError):
                status = None
                continue
            if 200 <= status < 300:
                return Report(Fate.DELIVERED, attempt, status)
            if status < 500 and status not in _RETRIED:
                _log.warning("callback rejected", extra={"message_id": message_id, "status": status})
                return Report(Fate.REJECTED, attempt, status, _problem(answer))
        _log.warning("callback given up", extra={"message_id": message_id, "status": status})
        return Report(Fate.GAVE_UP, self._patience.attempts, status)


def _headers(key: Webhook, message_id: str, body: bytes) -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": key.sign(message_id, now, body.decode()),
    }


def _problem(answer: bytes) -> str | None:
    try:
        kind = json.loads(answer)["type"]
    except (ValueError, KeyError, TypeError):
        return None
    return str(kind)
