"""Parcels on their way: picked up, in transit, signed; each state is told to whoever ordered."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from standardwebhooks.webhooks import Webhook

from lianban.contracts.status import DeliveryState
from lianban_sandbox.callbacks import Caller, Report
from lianban_sandbox.records import Records

ROUTE: Final = (DeliveryState.PICKED_UP, DeliveryState.IN_TRANSIT, DeliveryState.SIGNED)
_FINAL: Final = frozenset({DeliveryState.SIGNED, DeliveryState.RETURNED})
_PLACES: Final = {
    DeliveryState.PICKED_UP: "天门市揽投部",
    DeliveryState.IN_TRANSIT: "天门市邮件处理中心",
    DeliveryState.SIGNED: "收件地址",
    DeliveryState.RETURNED: "天门市政务服务中心",
}
_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)
_S10_CHECK: Final = {10: 0, 11: 5}


class Recipient(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    name: str = Field(min_length=1)
    mobile: str = Field(pattern=r"^1[3-9][0-9]{9}$")
    address: str = Field(min_length=4)


class Order(BaseModel):
    """寄递下单. ``contents`` names what is in the envelope."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    order_key: str = Field(min_length=1, max_length=200)
    sender: Any
    recipient: Recipient
    contents: list[Any]
    callback_url: str | None = Field(default=None, pattern=r"^https?://")


class Command(StrEnum):
    HOLD = "hold"  # stays where it is
    RESUME = "resume"
    RETURN = "return"  # goes back to the sender


@dataclass(slots=True, eq=False)
class Parcel:
    order: Order
    order_no: str
    waybill_no: str
    state: DeliveryState = DeliveryState.ORDERED
    trail: list[dict[str, str]] = field(default_factory=list)
    callbacks: list[Report] = field(default_factory=list)
    moving: asyncio.Event = field(default_factory=asyncio.Event)
    returning: bool = False

    @property
    def ended(self) -> bool:
        return self.state in _FINAL


class Depot:
    """All parcels. ``key`` signs orders and callbacks. ``interval`` (seconds) lies before each state; ``held`` keeps
    new parcels where they are."""

    def __init__(self, key: Webhook, callback_url: str, caller: Caller, interval: float, capacity: int) -> None:
        self.parcels: Records[Parcel] = Records(capacity)
        self.interval = interval
        self.held = False
        self.key = key
        self._callback_url = callback_url
        self._caller = caller
        self._orders: dict[str, Parcel] = {}
        self._journeys: set[asyncio.Task[None]] = set()

    def find(self, order_no: str) -> Parcel | None:
        return self._orders.get(order_no) or self.parcels.get(order_no)

    def take(self, order: Order) -> Parcel:
        """A new parcel, which sets off at once."""
        parcel = Parcel(order, order_number(order.order_key), waybill_number(order.order_key))
        if not self.held:
            parcel.moving.set()
        self.parcels.add(parcel.order_no, parcel)
        self._orders[parcel.order_no] = parcel
        journey = asyncio.create_task(self._travel(parcel))
        self._journeys.add(journey)
        journey.add_done_callback(self._journeys.discard)
        return parcel

    def command(self, parcel: Parcel, command: Command) -> None:
        if command is Command.HOLD:
            parcel.moving.clear()
            return
        parcel.returning = parcel.returning or command is Command.RETURN
        parcel.moving.set()

    def hold(self, held: bool) -> None:
        """Holds every parcel on its way, and those to come; or lets all go."""
        self.held = held
        for parcel in self._orders.values():
            self.command(parcel, Command.HOLD if held else Command.RESUME)

    async def close(self) -> None:
        for journey in list(self._journeys):
            journey.cancel()
        await asyncio.gather(*self._journeys, return_exceptions=True)

    async def _travel(self, parcel: Parcel) -> None:
        for state in ROUTE:
            await asyncio.sleep(self.interval)
            await parcel.moving.wait()
            if parcel.returning and state is not DeliveryState.PICKED_UP:
                await self._arrive(parcel, DeliveryState.RETURNED)
                break
            await self._arrive(parcel, state)
        del self._orders[parcel.order_no]

    async def _arrive(self, parcel: Parcel, state: DeliveryState) -> None:
        """The next state is told only after this one has been: a courier's messages keep their order."""
        parcel.state = state
        event = {
            "event_id": f"{parcel.order_no}-{len(parcel.trail) + 1}",
            "order_no": parcel.order_no,
            "waybill_no": parcel.waybill_no,
            "state": state.value,
            "occurred_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "place": _PLACES[state],
        }
        parcel.trail.append(event)
        url = parcel.order.callback_url or self._callback_url
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        parcel.callbacks.append(await self._caller.send(url, self.key, event["event_id"], body))


def order_number(order_key: str) -> str:
    """The same order always gets the same number."""
    return f"SB{_digits(order_key, 'order', 12)}"


def waybill_number(order_key: str) -> str:
    """An item identifier as the postal union writes them (S10): ``SB``, eight digits, check digit, ``CN``."""
    serial = _digits(order_key, "waybill", 8)
    check = 11 - sum(int(digit) * weight for digit, weight in zip(serial, _WEIGHTS, strict=True)) % 11
    return f"SB{serial}{_S10_CHECK.get(check, check)}CN"


def _digits(order_key: str, purpose: str, count: int) -> str:
    digest = hashlib.sha256(f"{purpose}\n{order_key}".encode()).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**count:0{count}d}"
