"""The activity ``send_message``."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from temporalio import activity
from temporalio.exceptions import ApplicationError

from lianban.contracts.names import ACTIVITY_SEND_MESSAGE
from lianban.contracts.orders import MessageOrder
from lianban_notify.messages.service import Messages
from lianban_notify.messages.texts import Facts
from lianban_notify.outward import Unavailable

UNAVAILABLE = "Unavailable"
"""Failure type: not now. Tried again for as long as the retry policy says."""

Waybills = Callable[[str], Awaitable[str | None]]
"""Waybill number a message speaks of, by the message's key."""


@contextlib.asynccontextmanager
async def retried() -> AsyncIterator[None]:
    """What is unavailable is tried again, after the pause the other side asked for."""
    try:
        yield
    except Unavailable as unavailable:
        delay = unavailable.retry_after
        raise ApplicationError(str(unavailable), type=UNAVAILABLE, next_retry_delay=delay) from None


class MessageActivities:
    def __init__(self, messages: Messages, waybills: Waybills) -> None:
        self._messages = messages
        self._waybills = waybills

    @activity.defn(name=ACTIVITY_SEND_MESSAGE)
    async def send_message(self, order: MessageOrder) -> None:
        async with retried():
            facts = Facts(
                case_no=order.case_no,
                theme_name=order.theme_name,
                step_name=order.step_name,
                light=order.light,
                cause=order.cause,
                due=order.due,
                legal_due=order.legal_due,
                outcome=order.outcome,
                procedure=order.procedure,
                days=order.days,
                until=order.until,
                waybill_no=await self._waybills(order.key),
            )
            await self._messages.send(order, facts)
