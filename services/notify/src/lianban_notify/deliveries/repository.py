"""Statements on deliveries and what was heard of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, cast

from sqlalchemy import Integer, Table, bindparam, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lianban.contracts.orders import DeliveryOrder
from lianban.contracts.status import DeliveryState
from lianban_notify.deliveries.states import is_news
from lianban_notify.deliveries.tables import Delivery, DeliveryEvent

LEASE: Final = timedelta(seconds=40)
_LONGEST_PAUSE: Final = 30  # seconds until the case is asked again

_DELIVERIES: Final = cast(Table, Delivery.__table__)
_EVENTS: Final = cast(Table, DeliveryEvent.__table__)

# Of every case, and of every look of the outbox; built once, because building a statement costs more than running it.
_STORE: Final = insert(_DELIVERIES).on_conflict_do_nothing(index_elements=["key"]).returning(_DELIVERIES.c.key)
_SIGN: Final = (
    update(_DELIVERIES).where(_DELIVERIES.c.key == bindparam("of_key")).values(state=DeliveryState.SIGNED.value)
)
_MATCH: Final = (
    update(_EVENTS)
    .where(_EVENTS.c.delivery_key.is_(None), _EVENTS.c.order_no == _DELIVERIES.c.order_no)
    .values(delivery_key=_DELIVERIES.c.key)
)
_EARLIER: Final = aliased(DeliveryEvent)
_FREE: Final = (
    select(DeliveryEvent.event_id)
    .where(
        DeliveryEvent.carried_at.is_(None),
        DeliveryEvent.delivery_key.is_not(None),
        DeliveryEvent.free_at <= func.now(),
        ~exists().where(
            _EARLIER.delivery_key == DeliveryEvent.delivery_key,
            _EARLIER.seq < DeliveryEvent.seq,
            _EARLIER.carried_at.is_(None),
        ),
    )
    .order_by(DeliveryEvent.free_at)
    .limit(bindparam("at_most", type_=Integer))
    .with_for_update(skip_locked=True, of=DeliveryEvent)
)
_LEASED: Final = (
    update(DeliveryEvent)
    .where(DeliveryEvent.event_id.in_(_FREE))
    .values(free_at=func.now() + LEASE, attempts=DeliveryEvent.attempts + 1)
    .returning(DeliveryEvent)
    .execution_options(synchronize_session=False)
)


async def store(session: AsyncSession, order: DeliveryOrder) -> Delivery | None:
    """None when the delivery is known already."""
    values = {
        "key": order.key,
        "case_no": order.case_no,
        "shipment": order.shipment,
        "theme_name": order.theme_name,
        "mode": order.mode.value,
        "outcome": order.outcome.value if order.outcome else None,
        "results": [result.model_dump(mode="json") for result in order.results],
    }
    return Delivery(**values) if await session.scalar(_STORE, values) is not None else None


async def sign(session: AsyncSession, key: str) -> None:
    """A delivery that is complete with having been told."""
    await session.execute(_SIGN, {"of_key": key})


async def get(session: AsyncSession, key: str) -> Delivery | None:
    return await session.get(Delivery, key)


async def of_case(session: AsyncSession, case_no: str) -> Sequence[Delivery]:
    statement = select(Delivery).where(Delivery.case_no == case_no).order_by(Delivery.shipment)
    return list(await session.scalars(statement))


async def trail(session: AsyncSession, keys: Sequence[str]) -> Sequence[DeliveryEvent]:
    """In the order in which it happened, not in which it was heard."""
    statement = select(DeliveryEvent).where(DeliveryEvent.delivery_key.in_(keys))
    return list(await session.scalars(statement.order_by(DeliveryEvent.occurred_at, DeliveryEvent.seq)))


async def change(session: AsyncSession, key: str, **values: Any) -> None:
    await session.execute(update(Delivery).where(Delivery.key == key).values(**values))


async def move(session: AsyncSession, key: str, state: DeliveryState, *, collected: bool = False) -> bool:
    """Moves a delivery on; False when that is no news. Locks the row."""
    delivery = await session.get(Delivery, key, with_for_update=True)
    if delivery is None or not is_news(current(delivery), state, collected=collected):
        return False
    delivery.state = state.value
    return True


def current(delivery: Delivery) -> DeliveryState | None:
    return DeliveryState(delivery.state) if delivery.state else None


async def keep_event(session: AsyncSession, values: dict[str, Any]) -> DeliveryEvent | None:
    """None when an event of that id is there already."""
    if "delivery_key" not in values:
        ordered = select(Delivery.key).where(Delivery.order_no == values["order_no"])
        values = {**values, "delivery_key": ordered.scalar_subquery()}
    statement = insert(DeliveryEvent).values(values).on_conflict_do_nothing().returning(DeliveryEvent)
    kept: DeliveryEvent | None = await session.scalar(statement)
    return kept


async def event(session: AsyncSession, event_id: str) -> DeliveryEvent | None:
    return await session.get(DeliveryEvent, event_id)


async def match_events(session: AsyncSession) -> None:
    """Gives events that came before the answer to their order their delivery."""
    await session.execute(_MATCH)


async def lease_events(session: AsyncSession, limit: int) -> Sequence[DeliveryEvent]:
    """Events to carry to their case now: of each delivery the earliest one heard, so that they keep their order."""
    return list(await session.scalars(_LEASED, {"at_most": limit}))


async def postpone_event(session: AsyncSession, told: DeliveryEvent) -> None:
    pause = timedelta(seconds=min(2 ** min(told.attempts, 10), _LONGEST_PAUSE))
    statement = update(DeliveryEvent).where(DeliveryEvent.event_id == told.event_id)
    await session.execute(statement.values(free_at=func.now() + pause))


async def finish_event(session: AsyncSession, event_id: str, refusal: str | None) -> bool:
    """False when somebody else carried it too, and was first."""
    statement = (
        update(DeliveryEvent)
        .where(DeliveryEvent.event_id == event_id, DeliveryEvent.carried_at.is_(None))
        .values(carried_at=func.now(), refusal=refusal)
        .returning(DeliveryEvent.event_id)
    )
    return await session.scalar(statement) is not None
