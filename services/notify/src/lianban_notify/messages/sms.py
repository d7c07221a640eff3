"""Ways to send an SMS."""

from __future__ import annotations

import logging
from typing import Final

import httpx

from lianban_notify.messages.ports import Sms
from lianban_notify.outward import check, unreachable

_PEER: Final = "sms gateway"
_TIMEOUT: Final = httpx.Timeout(15.0, connect=5.0)
_TAKEN_BEFORE: Final = 409

_log = logging.getLogger(__name__)


class HttpSms:
    """The gateway: ``POST {url}/v1/messages``, bearer key."""

    def __init__(self, url: str, key: str, client: httpx.AsyncClient) -> None:
        self._url = f"{url.rstrip('/')}/v1/messages"
        self._headers = {"Authorization": f"Bearer {key}"}
        self._client = client

    async def send(self, sms: Sms) -> str:
        body = {"to": sms.to, "text": sms.text, "key": sms.key}
        try:
            response = await self._client.post(self._url, json=body, headers=self._headers, timeout=_TIMEOUT)
        except httpx.HTTPError as error:
            raise unreachable(error, _PEER) from None
        if response.status_code == _TAKEN_BEFORE:
            # The number was corrected between two attempts, and the first had arrived after all.
            return ""
        check(response, _PEER)
        return _reference(response)


class ConsoleSms:
    """Writes a log line; for machines without a gateway."""

    async def send(self, sms: Sms) -> str:
        _log.info("sms", extra={"key": sms.key, "text": sms.text})
        return "console"


class RecordingSms:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[Sms] = []

    async def send(self, sms: Sms) -> str:
        self.sent.append(sms)
        return f"recording-{len(self.sent)}"


def _reference(response: httpx.Response) -> str:
    try:
        return str(response.json()["message_id"])
    except (ValueError, KeyError, TypeError):
        return ""
