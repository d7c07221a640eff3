"""Asking by HTTP: bounded in time, tried twice, and not at all while the other side is known to be down."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from http import HTTPStatus
from typing import Any, Final

from aiohttp import ClientError, ClientResponse, ClientSession
from pydantic_core import to_json

from lianban.platform.circuit import Circuit
from lianban_intake.prefill.ports import NotHeld, Unavailable

_PAUSE: Final = 0.1
"""Seconds before the second attempt."""

_SHARE: Final = 0.45
"""Of the whole time one attempt may take: a first one that hangs leaves time for a second."""


class Gateway:
    """One system, reached by ``POST {url}{path}`` with a bearer key. ``seconds``: bound of one question in all.

    ``peer`` names whose circuit a question belongs to: behind one address many registries may stand, each of which
    can be down by itself.
    """

    def __init__(self, url: str, key: str, http: ClientSession, seconds: float, limit: int) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._http = http
        self._seconds = seconds
        self._limit = limit
        self._circuits: defaultdict[str, Circuit] = defaultdict(Circuit)

    async def ask(self, peer: str, path: str, question: Any) -> bytes:
        """Content of a 200. Raises NotHeld for a 404, else Unavailable."""
        circuit = self._circuits[peer]
        moment = circuit.moment
        if not circuit.lets_pass():
            raise Unavailable("circuit open")
        body = to_json(question)
        try:
            async with asyncio.timeout(self._seconds):
                try:
                    answer = await self._attempt(path, body)
                except Unavailable as failure:
                    if isinstance(failure, _Final) or (isinstance(failure, _Later) and failure.seconds is not None):
                        raise
                    await asyncio.sleep(_PAUSE)
                    answer = await self._attempt(path, body)
        except (NotHeld, _Final):
            circuit.succeeded()
            raise
        except _Later as later:
            circuit.failed(moment, later.seconds)
            raise
        except Unavailable:
            circuit.failed(moment)
            raise
        except TimeoutError:
            circuit.failed(moment)
            raise Unavailable("too slow") from None
        except BaseException:
            circuit.abandoned()
            raise
        circuit.succeeded()
        return answer

    async def _attempt(self, path: str, body: bytes) -> bytes:
        try:
            async with (
                asyncio.timeout(self._seconds * _SHARE),
                self._http.post(self._url + path, data=body, headers=self._headers, allow_redirects=False) as response,
            ):
                _check(response)
                return await self._content(response)
        except TimeoutError:
            raise Unavailable("too slow") from None
        except (ClientError, ValueError) as error:
            raise Unavailable(f"not reached: {type(error).__name__}") from None

    async def _content(self, response: ClientResponse) -> bytes:
        content = bytearray()
        async for chunk in response.content.iter_any():
            content += chunk
            if len(content) > self._limit:
                raise _Final("answer too large")
        return bytes(content)


class _Final(Unavailable):
    """No usable answer, yet an answer: the other side is there, and would say the same again."""


class _Later(Unavailable):
    """The other side is overloaded or being maintained, and may say until when."""

    def __init__(self, reason: str, seconds: float | None) -> None:
        super().__init__(reason)
        self.seconds = seconds


def _check(response: ClientResponse) -> None:
    if response.status == HTTPStatus.OK:
        return
    if response.status == HTTPStatus.NOT_FOUND:
        raise NotHeld
    reason = f"answered {response.status}"
    if response.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        raise _Later(reason, _seconds(response.headers.get("retry-after", "")))
    client_error = HTTPStatus.BAD_REQUEST <= response.status < HTTPStatus.INTERNAL_SERVER_ERROR
    if client_error and response.status != HTTPStatus.REQUEST_TIMEOUT:
        raise _Final(reason)
    raise Unavailable(reason)


def _seconds(value: str) -> float | None:
    """Retry-After in seconds (RFC 9110, 10.2.3); its other form, a date, is passed over: the pause is short anyway."""
    return float(value[:9]) if value.isascii() and value.isdigit() else None
