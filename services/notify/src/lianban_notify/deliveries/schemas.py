"""What comes in and goes out over HTTP about deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from lianban.catalog.terms import DeliveryMode
from lianban.contracts.status import CaseStatus, DeliveryState, Outcome

PRINTABLE: Final = r"^[\x20-\x7e]+$"
"""Numbers of others are text of others: what databases do not store must not get as far as that."""


class TrackingEvent(BaseModel):
    """Body of a courier's callback."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    event_id: str = Field(max_length=100, pattern=PRINTABLE, description="轨迹事件的编号，重发时不变")
    order_no: str = Field(max_length=64, pattern=PRINTABLE, description="平台下单时的订单号")
    waybill_no: str = Field(max_length=64, pattern=PRINTABLE, description="运单号")
    state: Literal["picked_up", "in_transit", "signed", "returned"] = Field(
        description="picked_up 已揽收，in_transit 运输中，signed 已签收，returned 已退回"
    )
    occurred_at: AwareDatetime = Field(description="发生的时间，带时区")
    place: str | None = Field(default=None, max_length=200, description="所在地")


class Collection(BaseModel):
    """Body of ``collected``: which shipment; the one that waits at the window when it is left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shipment: int | None = Field(default=None, ge=1, description="第几笔送达，缺省为正在窗口待领的")


class Stored(BaseModel):
    """``stored``: it is kept, and reaches the case as soon as the case can be reached. ``applied``: it has."""

    status: Literal["stored", "applied"]
    case_status: CaseStatus | None = None


class TrailEntry(BaseModel):
    state: DeliveryState
    state_zh: str
    occurred_at: datetime
    place: str | None = None


class DeliveryResult(BaseModel):
    code: str
    name: str
    step: str


class DeliveryView(BaseModel):
    shipment: int
    mode: DeliveryMode
    state: DeliveryState | None
    state_zh: str | None
    outcome: Outcome | None
    order_no: str | None
    waybill_no: str | None
    results: tuple[DeliveryResult, ...]
    trail: tuple[TrailEntry, ...]


class CaseDeliveries(BaseModel):
    """``state`` is that of the least advanced shipment, as of the case as a whole."""

    case_no: str
    state: DeliveryState | None
    waybill_no: str | None
    trail: tuple[TrailEntry, ...]
    shipments: tuple[DeliveryView, ...]
