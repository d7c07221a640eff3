"""What is heard of deliveries: kept before anybody is told that it was, then carried to the case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from lianban.contracts.acts import ActOutcome
from lianban.contracts.status import DELIVERY_RANK, DELIVERY_ZH, DeliveryState
from lianban.platform.crypto import Keyring
from lianban.platform.database import SessionFactory, transaction
from lianban.platform.problems import Problem
from lianban_notify.deliveries import repository
from lianban_notify.deliveries.carrier import Carrier
from lianban_notify.deliveries.outbox import Outbox
from lianban_notify.deliveries.schemas import (
    CaseDeliveries,
    DeliveryResult,
    DeliveryView,
    Stored,
    TrackingEvent,
    TrailEntry,
)
from lianban_notify.deliveries.states import COLLECTABLE
from lianban_notify.deliveries.tables import Delivery, DeliveryEvent

_PLACE: Final = "delivery-place"
_FINGERPRINT: Final = "delivery-event"
_PATIENCE: Final = 5.0  # seconds a clerk waits for the case to answer


class Tracking:
    def __init__(self, factory: SessionFactory, keyring: Keyring, carrier: Carrier, outbox: Outbox) -> None:
        self._factory = factory
        self._keyring = keyring
        self._carrier = carrier
        self._outbox = outbox

    async def hear(self, event: TrackingEvent) -> Stored:
        """Keeps what the courier told. A repetition changes nothing; another event under a known id is a problem."""
        fingerprint = self._keyring.blind_index(event.model_dump_json(), _FINGERPRINT)
        place = self._keyring.encrypt(event.place.encode(), _PLACE.encode()) if event.place else None
        async with transaction(self._factory) as session:
            kept = await repository.keep_event(
                session,
                {
                    "event_id": event.event_id,
                    "order_no": event.order_no,
                    "state": event.state,
                    "occurred_at": event.occurred_at,
                    "place": place,
                    "fingerprint": fingerprint,
                },
            )
            known = kept or await repository.event(session, event.event_id)
        if known is None or known.fingerprint != fingerprint:
            raise Problem(409, "event-conflict", "事件编号已被使用", "同一 event_id 下已有内容不同的事件。")
        self._outbox.wake()
        return Stored(status="stored")

    async def collect(self, case_no: str, shipment: int | None, clerk: str) -> Stored:
        """Results were handed over at the window."""
        async with transaction(self._factory) as session:
            deliveries = await repository.of_case(session, case_no)
            waiting = _collected(deliveries, shipment)
            events = [
                kept
                for delivery in waiting
                if (kept := await repository.keep_event(session, self._collection(delivery, clerk))) is not None
            ]
        outcomes = [await self._carrier.carry(event, _PATIENCE) for event in events]
        if len(events) < len(waiting) or None in outcomes:
            self._outbox.wake()
            return Stored(status="stored")
        applied = [outcome for outcome in outcomes if isinstance(outcome, ActOutcome)]
        return Stored(status="applied", case_status=applied[-1].case_status if applied else None)

    async def view(self, case_no: str) -> CaseDeliveries:
        async with self._factory() as session:
            deliveries = await repository.of_case(session, case_no)
            trail = await repository.trail(session, [delivery.key for delivery in deliveries])
        if not deliveries:
            raise _unknown()
        shipments = tuple(self._show(delivery, trail) for delivery in deliveries)
        least = min(shipments, key=lambda shown: -1 if shown.state is None else DELIVERY_RANK[shown.state])
        return CaseDeliveries(
            case_no=case_no, state=least.state, waybill_no=least.waybill_no, trail=least.trail, shipments=shipments
        )

    def _collection(self, delivery: Delivery, clerk: str) -> dict[str, object]:
        event_id = f"{delivery.key}:collected"
        now = datetime.now(UTC)
        return {
            "event_id": event_id,
            "delivery_key": delivery.key,
            "state": DeliveryState.SIGNED.value,
            "occurred_at": now,
            "actor": clerk,
            "fingerprint": self._keyring.blind_index(event_id, _FINGERPRINT),
            "free_at": now + repository.LEASE,  # it is carried at once; the outbox leaves it alone meanwhile
        }

    def _show(self, delivery: Delivery, trail: Sequence[DeliveryEvent]) -> DeliveryView:
        state = repository.current(delivery)
        return DeliveryView(
            shipment=delivery.shipment,
            mode=delivery.mode,
            state=state,
            state_zh=DELIVERY_ZH[state] if state else None,
            outcome=delivery.outcome,
            order_no=delivery.order_no,
            waybill_no=delivery.waybill_no,
            results=tuple(DeliveryResult.model_validate(result) for result in delivery.results),
            trail=tuple(self._entry(event) for event in trail if event.delivery_key == delivery.key),
        )

    def _entry(self, event: DeliveryEvent) -> TrailEntry:
        state = DeliveryState(event.state)
        place = self._keyring.decrypt(event.place, _PLACE.encode()).decode() if event.place else None
        return TrailEntry(state=state, state_zh=DELIVERY_ZH[state], occurred_at=event.occurred_at, place=place)


def _collected(deliveries: Sequence[Delivery], shipment: int | None) -> list[Delivery]:
    """What the clerk hands over. Handed over before: nothing is left to do."""
    chosen = [delivery for delivery in deliveries if shipment in (None, delivery.shipment)]
    if not chosen:
        raise _unknown()
    waiting = [delivery for delivery in chosen if repository.current(delivery) in COLLECTABLE]
    if not waiting and any(repository.current(delivery) is not DeliveryState.SIGNED for delivery in chosen):
        raise Problem(409, "not-collectable", "尚不能领取", "办理结果还没有送到窗口，或正在寄递途中。")
    return waiting


def _unknown() -> Problem:
    return Problem(404, "no-delivery", "没有送达记录", "该办件没有这笔送达。")
