"""Ways to send an SMS."""

from __future__ import annotations

import logging
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic_core import from_json, to_json

from lianban_notify.messages.ports import Sms
from lianban_notify.outward import check, unreachable

_PEER: Final = "sms gateway"
_TIMEOUT: Final = ClientTimeout(connect=15.0, sock_connect=5.0, sock_read=15.0)
_TAKEN_BEFORE: Final = 409

_log = logging.getLogger(__name__)


class HttpSms:
    """The gateway: ``POST {url}/v1/messages``, bearer key."""

    def __init__(self, url: str, key: str, client: ClientSession) -> None:
        self._url = f"{url.rstrip('/')}/v1/messages"
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._client = client

    async def send(self, sms: Sms) -> str:
        body = to_json({"to": sms.to, "text": sms.text, "key": sms.key})
        try:
            async with self._client.post(
                self._url, data=body, headers=self._headers, timeout=_TIMEOUT, allow_redirects=False
            ) as response:
                content = await response.read()
        except (ClientError, TimeoutError) as error:
            raise unreachable(error, _PEER) from None
        if response.status == _TAKEN_BEFORE:
            # The number was corrected between two attempts, and the first had arrived after all.
            return ""
        check(response, _PEER)
        return _reference(content)


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


def _reference(answer: bytes) -> str:
    try:
        return str(from_json(answer)["message_id"])
    except (ValueError, KeyError, TypeError):
        return ""
