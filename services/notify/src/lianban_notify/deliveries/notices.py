"""Messages that a delivery leads to, and their keys."""

from __future__ import annotations

from typing import Final

from lianban.contracts.orders import MessageOrder
from lianban.contracts.status import MessageKind, Outcome
from lianban_notify.deliveries.tables import Delivery

_OF_DELIVERY: Final = (MessageKind.DECIDED, MessageKind.MAILED, MessageKind.PICKUP)


def notice(delivery: Delivery, kind: MessageKind) -> MessageOrder:
    """A case is finished once; everything else may happen to each shipment."""
    return MessageOrder(
        key=f"{delivery.key if kind in _OF_DELIVERY else delivery.case_no}:{kind.value}",
        case_no=delivery.case_no,
        kind=kind,
        theme_name=delivery.theme_name,
        outcome=Outcome(delivery.outcome) if delivery.outcome else None,
    )


def delivery_key(message_key: str) -> str:
    """Key of the delivery a message of the kinds above speaks of."""
    return message_key.rpartition(":")[0]
