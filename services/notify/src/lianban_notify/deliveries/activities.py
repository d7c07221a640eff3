"""The activity ``deliver_results``."""

from __future__ import annotations

from temporalio import activity

from lianban.contracts.names import ACTIVITY_DELIVER_RESULTS
from lianban.contracts.orders import DeliveryOrder, DeliveryReceipt
from lianban_notify.deliveries.service import Deliveries
from lianban_notify.messages.activities import retried


class DeliveryActivities:
    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries

    @activity.defn(name=ACTIVITY_DELIVER_RESULTS)
    async def deliver_results(self, order: DeliveryOrder) -> DeliveryReceipt:
        async with retried():
            return await self._deliveries.deliver(order)
