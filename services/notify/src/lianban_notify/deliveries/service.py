"""Carries out delivery orders: stores them with their events, hands results over, tells the applicant."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from lianban.catalog.terms import DeliveryMode
from lianban.contracts.orders import DeliveryOrder, DeliveryReceipt
from lianban.contracts.status import DeliveryState, MessageKind, Outcome
from lianban.platform.database import Database, transaction
from lianban.platform.relay import EventRelay, enqueue
from lianban_notify.database import Relay
from lianban_notify.deliveries import repository
from lianban_notify.deliveries.courier import Courier, Parcel, Party
from lianban_notify.deliveries.notices import delivery_key, notice
from lianban_notify.deliveries.tables import Delivery
from lianban_notify.intake import Intake
from lianban_notify.messages.service import Messages
from lianban_notify.messages.texts import Facts
from lianban_notify.outward import Rejected

NO_ADDRESS: Final = "no-address"

_log = logging.getLogger(__name__)


class Deliveries:
    def __init__(
        self, database: Database, relay: EventRelay, intake: Intake, courier: Courier, messages: Messages
    ) -> None:
        self._database = database
        self._factory = database.transactions
        self._relay = relay
        self._intake = intake
        self._courier = courier
        self._messages = messages

    async def deliver(self, order: DeliveryOrder) -> DeliveryReceipt:
        """Everything in it may be repeated. Raises :class:`~lianban_notify.outward.Unavailable`: call again then."""
        delivery = await self._store(order)
        if delivery.mode == DeliveryMode.COURIER and delivery.order_no is None:
            delivery = await self._hand_to_courier(delivery)
        if _ends_case(order, delivery):
            return await self._finish_at_once(delivery, order.refusals)
        if order.outcome is not None or order.refusals or delivery.mode == DeliveryMode.ELECTRONIC:
            await self._tell(delivery, MessageKind.DECIDED, order.refusals)
        if delivery.mode == DeliveryMode.PICKUP:
            await self._tell(delivery, MessageKind.PICKUP)
        state = _FIRST[DeliveryMode(delivery.mode)]
        async with transaction(self._factory) as session:
            await repository.move(session, delivery.key, state)
        return DeliveryReceipt(state=state)

    async def _finish_at_once(self, delivery: Delivery, refusals: Sequence[int]) -> DeliveryReceipt:
        """One message says both, what was decided and that it ends with that, instead of two within a second."""
        await self._tell(delivery, MessageKind.FINISHED, refusals, at_once=True)
        async with self._database.statements() as session:
            await repository.sign(session, delivery.key)
        return DeliveryReceipt(state=DeliveryState.SIGNED)

    async def waybill_of(self, message_key: str) -> str | None:
        """The number a message about a parcel speaks of."""
        async with self._factory() as session:
            delivery = await repository.get(session, delivery_key(message_key))
        return delivery.waybill_no if delivery else None

    async def _store(self, order: DeliveryOrder) -> Delivery:
        async with transaction(self._factory) as session:
            stored = await repository.store(session, order)
            if stored is None:
                known = await repository.get(session, order.key)
                assert known is not None
                return known
            await enqueue(session, order.case_no, order.events, Relay)
        self._relay.wake()
        return stored

    async def _hand_to_courier(self, delivery: Delivery) -> Delivery:
        """What the courier will not take waits at the window instead: a case is not to hang on an address."""
        try:
            waybill = await self._courier.order(await self._parcel(delivery))
            values = {"order_no": waybill.order_no, "waybill_no": waybill.waybill_no}
        except Rejected as rejected:
            _log.warning("parcel refused", extra={"key": delivery.key, "reason": str(rejected)})
            values = {"mode": DeliveryMode.PICKUP.value, "reason": str(rejected)}
        async with transaction(self._factory) as session:
            await repository.change(session, delivery.key, **values)
        async with self._factory() as session:
            changed = await repository.get(session, delivery.key)
        assert changed is not None
        return changed

    async def _parcel(self, delivery: Delivery) -> Parcel:
        applicant = await self._intake.recipient(delivery.case_no, "寄递下单")
        wanted = applicant.delivery
        mobile = wanted.mobile or applicant.mobile
        if not wanted.address or not mobile:
            raise Rejected(NO_ADDRESS)
        return Parcel(
            key=delivery.key,
            recipient=Party(name=wanted.recipient or applicant.name, mobile=mobile, address=wanted.address),
            contents=_names(delivery),
        )

    async def _tell(
        self, delivery: Delivery, kind: MessageKind, refusals: Sequence[int] = (), *, at_once: bool = False
    ) -> None:
        facts = Facts(
            case_no=delivery.case_no,
            theme_name=delivery.theme_name,
            outcome=Outcome(delivery.outcome) if delivery.outcome else None,
            mode=DeliveryMode(delivery.mode),
            results=_names(delivery),
            at_once=at_once,
        )
        await self._messages.send(notice(delivery, kind), facts, refusals)


_FIRST: Final = {
    DeliveryMode.COURIER: DeliveryState.ORDERED,
    DeliveryMode.PICKUP: DeliveryState.NOTIFIED,
    DeliveryMode.ELECTRONIC: DeliveryState.SIGNED,
}


def _ends_case(order: DeliveryOrder, delivery: Delivery) -> bool:
    """Nothing of the case is still on its way, and nothing of this has to be carried. Who withdrew knows it is over."""
    if delivery.mode != DeliveryMode.ELECTRONIC or not order.last:
        return False
    return order.outcome is not None and order.outcome is not Outcome.WITHDRAWN


def _names(delivery: Delivery) -> tuple[str, ...]:
    return tuple(str(result["name"]) for result in delivery.results)
