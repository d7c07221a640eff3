"""A department that is called and calls back: signed POSTs in both directions."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from aiohttp import ClientError, ClientSession
from standardwebhooks.webhooks import Webhook

from lianban.platform.webhooks import new_secret, sign
from lianban_adapters.channels.port import Rejected, Unavailable
from lianban_adapters.channels.responses import check, content
from lianban_adapters.channels.rest import answers
from lianban_adapters.conformance.evidence import Answered, Play, Reply
from lianban_adapters.conformance.lines.port import Message
from lianban_adapters.conformance.reaching import of_error, of_status

_STALE: Final = timedelta(minutes=10)


class RestLine:
    """``patience``: seconds for the department to answer, as ``http`` is set."""

    forgeries: Collection[Play] = (Play.FORGED, Play.UNSIGNED, Play.ALTERED, Play.STALE)
    omits: Collection[Play] = (Play.PAGED,)
    pages = None

    def __init__(self, http: ClientSession, endpoint: str, secret: str, patience: float) -> None:
        self._http = http
        self._patience = patience
        self._endpoint = endpoint
        self._secret = secret

    async def deliver(self, message: Message, forgery: Play | None = None) -> Answered:
        headers = {"Content-Type": "application/json", **self._signed(message, forgery)}
        try:
            async with self._http.post(
                self._endpoint, data=message.body, headers=headers, allow_redirects=False
            ) as response:
                check(response)
                return Answered(Reply.TAKEN, acts=answers(await content(response)))
        except (Rejected, Unavailable) as error:
            reply = Reply.REJECTED if isinstance(error, Rejected) else Reply.UNAVAILABLE
            advice = of_status(response.status, signed=True, date=response.headers.get("date", ""))
            return Answered(reply, error.reason, advice=advice)
        except (ClientError, TimeoutError) as error:
            cause = of_error(error, self._patience)
            return Answered(Reply.UNAVAILABLE, cause.seen, advice=cause.advice)

    async def fetch(self) -> None:
        await asyncio.Event().wait()  # the department calls

    def _signed(self, message: Message, forgery: Play | None) -> Mapping[str, str]:
        match forgery:
            case Play.UNSIGNED:
                return {}
            case Play.FORGED:
                return sign(new_secret(), message.id, message.body)
            case Play.ALTERED:
                return sign(self._secret, message.id, message.body + b" ")
            case Play.STALE:
                then = datetime.now(UTC) - _STALE
                signature = Webhook(self._secret).sign(message.id, then, message.body.decode())
                stamp = str(int(then.timestamp()))
                return {"webhook-id": message.id, "webhook-timestamp": stamp, "webhook-signature": signature}
        return sign(self._secret, message.id, message.body)
