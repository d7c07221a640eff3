"""The courier: a port, the real one over HTTP, and two that reach nobody."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from typing import Final, Protocol

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from lianban.platform.webhooks import sign
from lianban_notify.deliveries.schemas import PRINTABLE
from lianban_notify.outward import Unavailable, check, unreachable

_PEER: Final = "courier"
_TIMEOUT: Final = ClientTimeout(connect=20.0, sock_connect=5.0, sock_read=20.0)

_log = logging.getLogger(__name__)


class Party(BaseModel):
    """寄件人, 收件人. Passed on, never stored."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    name: str = Field(repr=False)
    mobile: str = Field(repr=False)
    address: str = Field(repr=False)


@dataclass(frozen=True)
class Parcel:
    """``key`` makes the order idempotent: the courier answers a repetition with the same numbers."""

    key: str
    recipient: Party = field(repr=False)
    contents: tuple[str, ...] = ()


class Waybill(BaseModel):
    """The courier's numbers (运单)."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    order_no: str = Field(max_length=64, pattern=PRINTABLE)
    waybill_no: str = Field(max_length=64, pattern=PRINTABLE)


class Courier(Protocol):
    async def order(self, parcel: Parcel) -> Waybill:
        """Raises :class:`~lianban_notify.outward.Rejected` or :class:`~lianban_notify.outward.Unavailable`."""


class HttpCourier:
    """``POST {url}/v1/orders``, signed (Standard Webhooks) with the secret its callbacks are signed with."""

    def __init__(self, url: str, secret: str, sender: Party, callback_url: str, client: ClientSession) -> None:
        self._url = f"{url.rstrip('/')}/v1/orders"
        self._secret = secret
        self._sender = sender
        self._callback_url = callback_url
        self._client = client

    async def order(self, parcel: Parcel) -> Waybill:
        body = to_json(
            {
                "order_key": parcel.key,
                "sender": self._sender,
                "recipient": parcel.recipient,
                "contents": parcel.contents,
                "callback_url": self._callback_url,
            }
        )
        headers = {"content-type": "application/json", **sign(self._secret, parcel.key, body)}
        try:
            async with self._client.post(
                self._url, data=body, headers=headers, timeout=_TIMEOUT, allow_redirects=False
            ) as response:
                content = await response.read()
        except (ClientError, TimeoutError) as error:
            raise unreachable(error, _PEER) from None
        check(response, _PEER)
        try:
            return Waybill.model_validate_json(content)
        except ValidationError:
            raise Unavailable("courier answered something else") from None


class ConsoleCourier:
    """Writes a log line; for machines without a courier. Its parcels are never picked up."""

    async def order(self, parcel: Parcel) -> Waybill:
        _log.info("parcel", extra={"key": parcel.key, "contents": list(parcel.contents)})
        return _numbers(parcel.key)


class RecordingCourier:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []

    async def order(self, parcel: Parcel) -> Waybill:
        self.parcels.append(parcel)
        return _numbers(parcel.key)


def _numbers(key: str) -> Waybill:
    number = hashlib.sha256(key.encode()).hexdigest()[:12].upper()
    return Waybill(order_no=f"O{number}", waybill_no=f"W{number}")
