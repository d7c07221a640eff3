"""Deliveries and what was heard of them. Addresses are passed to the courier and kept nowhere here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, Integer, LargeBinary, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from lianban_notify.database import CASE_NO, CODE, INSTANT, KEY, Base

NUMBER = String(64)
EVENT_ID = String(128)


class Delivery(Base):
    """One shipment of a case. ``state`` is absent until it is ordered, notified or told; ``outcome`` until the case
    has one, as a part shipped early has not."""

    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("case_no", "shipment"), UniqueConstraint("order_no"))

    key: Mapped[str] = mapped_column(KEY, primary_key=True)
    case_no: Mapped[str] = mapped_column(CASE_NO)
    shipment: Mapped[int] = mapped_column(Integer)
    theme_name: Mapped[str] = mapped_column(String(200))
    mode: Mapped[str] = mapped_column(CODE)
    outcome: Mapped[str | None] = mapped_column(CODE)
    results: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    state: Mapped[str | None] = mapped_column(CODE)
    order_no: Mapped[str | None] = mapped_column(NUMBER)
    waybill_no: Mapped[str | None] = mapped_column(NUMBER)
    reason: Mapped[str | None] = mapped_column(String(200))
    stored_at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now(), onupdate=func.now())


class DeliveryEvent(Base):
    """What the courier or the window told. ``delivery_key`` is absent while the courier is faster with its news than
    with its answer to the order. ``place`` is sealed: couriers write names and addresses into it. ``fingerprint`` is a
    keyed hash of what was told."""

    __tablename__ = "delivery_events"
    __table_args__ = (
        Index(None, "delivery_key"),
        Index("ix_delivery_events_waiting", "free_at", postgresql_where=text("carried_at IS NULL")),
        Index("ix_delivery_events_unmatched", "order_no", postgresql_where=text("delivery_key IS NULL")),
    )

    event_id: Mapped[str] = mapped_column(EVENT_ID, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    delivery_key: Mapped[str | None] = mapped_column(KEY)
    order_no: Mapped[str | None] = mapped_column(NUMBER)
    state: Mapped[str] = mapped_column(CODE)
    occurred_at: Mapped[datetime] = mapped_column(INSTANT)
    place: Mapped[bytes | None] = mapped_column(LargeBinary)
    actor: Mapped[str | None] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    free_at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
    carried_at: Mapped[datetime | None] = mapped_column(INSTANT)
    refusal: Mapped[str | None] = mapped_column(CODE)


def is_collection(event: DeliveryEvent) -> bool:
    """Told by a clerk at the window; everything else the courier tells."""
    return event.actor is not None
