"""Carries one piece of news to its case, and sends the messages it leads to."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

from temporalio.client import Client
from temporalio.common import ActivityIDConflictPolicy
from temporalio.service import RPCError

from lianban.contracts.acts import ActOutcome, DeliveryAct
from lianban.contracts.names import ACTIVITY_SEND_MESSAGE, QUEUE_NOTIFY, UPDATE_DELIVERY
from lianban.contracts.status import CaseStatus, DeliveryState, MessageKind
from lianban.platform.case_updates import CaseUnreachable, CaseUpdates, Refused
from lianban.platform.database import SessionFactory, transaction
from lianban.platform.relay import EventRelay, enqueue
from lianban.platform.retry import OUTWARD, OUTWARD_TIMEOUT
from lianban_notify.database import Relay
from lianban_notify.deliveries import repository
from lianban_notify.deliveries.notices import notice
from lianban_notify.deliveries.states import is_news, is_with_courier
from lianban_notify.deliveries.tables import Delivery, DeliveryEvent, is_collection

_log = logging.getLogger(__name__)


class Carrier:
    """May carry one event any number of times: the case applies it once, each message is sent once."""

    def __init__(self, factory: SessionFactory, client: Client, relay: EventRelay) -> None:
        self._factory = factory
        self._client = client
        self._updates = CaseUpdates(client)
        self._relay = relay

    async def carry(self, told: DeliveryEvent, timeout: float) -> ActOutcome | Refused | None:
        """In the request that brought the event. None when the case could not be reached: it waits then. ``timeout``
        in seconds."""
        return await self._carry(told, timeout, waited=0.0)

    async def carry_again(self, told: DeliveryEvent, timeout: float) -> ActOutcome | Refused | None:
        """Later: the case learns how long the event lay here."""
        waited = max((datetime.now(UTC) - told.received_at).total_seconds(), 0.0)
        return await self._carry(told, timeout, waited=waited)

    async def _carry(self, told: DeliveryEvent, timeout: float, *, waited: float) -> ActOutcome | Refused | None:
        async with self._factory() as session:
            delivery = await repository.get(session, str(told.delivery_key))
        assert delivery is not None
        state = DeliveryState(told.state)
        act = DeliveryAct(
            act_id=update_id(told.event_id),
            state=state,
            occurred_at=told.occurred_at,
            shipment=delivery.shipment,
            collected=is_collection(told),
            waited=waited,
        )
        try:
            outcome = await self._updates.send(delivery.case_no, UPDATE_DELIVERY, act, timeout)
            await self._start_messages(delivery, act, outcome)
        except (CaseUnreachable, RPCError) as error:
            _log.warning("delivery news waits", extra={"act_id": act.act_id, "error": type(error).__name__})
            async with transaction(self._factory) as session:
                await repository.postpone_event(session, told)
            return None
        await self._finish(delivery, told, state, outcome)
        return outcome

    async def _start_messages(self, delivery: Delivery, act: DeliveryAct, outcome: ActOutcome | Refused) -> None:
        """As activities of their own: a gateway that is down holds up no parcel's news."""
        for kind in _messages(repository.current(delivery), act, outcome):
            order = notice(delivery, kind)
            await self._client.start_activity(
                ACTIVITY_SEND_MESSAGE,
                order,
                id=order.key,
                task_queue=QUEUE_NOTIFY,
                start_to_close_timeout=OUTWARD_TIMEOUT,
                retry_policy=OUTWARD,
                id_conflict_policy=ActivityIDConflictPolicy.USE_EXISTING,
                summary=f"告知 {kind.value}",
            )

    async def _finish(
        self, delivery: Delivery, told: DeliveryEvent, state: DeliveryState, outcome: ActOutcome | Refused
    ) -> None:
        refusal = outcome.slug if isinstance(outcome, Refused) else None
        async with transaction(self._factory) as session:
            if not await repository.finish_event(session, told.event_id, refusal):
                return
            await repository.move(session, delivery.key, state, collected=is_collection(told))
            events = outcome.events if isinstance(outcome, ActOutcome) else ()
            await enqueue(session, delivery.case_no, events, Relay)
        self._relay.wake()


def update_id(event_id: str) -> str:
    """Of the event's Update. Event ids are text of outsiders: they do not belong where everybody who operates the
    platform reads them."""
    return hashlib.sha256(f"delivery:{event_id}".encode()).hexdigest()[:32]


def _messages(before: DeliveryState | None, act: DeliveryAct, outcome: ActOutcome | Refused) -> Iterator[MessageKind]:
    """What the applicant is told. The courier's first news may be any: whichever it is tells that he has the parcel."""
    if is_news(before, act.state, collected=act.collected):
        if act.state is DeliveryState.RETURNED:
            yield MessageKind.PICKUP
        elif not act.collected and not is_with_courier(before) and is_with_courier(act.state):
            yield MessageKind.MAILED
    if isinstance(outcome, ActOutcome) and outcome.closed and outcome.case_status is not CaseStatus.WITHDRAWN:
        yield MessageKind.FINISHED
