"""How a delivery moves: only forward, whatever order its news arrives in."""

from __future__ import annotations

from typing import Final

from lianban.contracts.status import DELIVERY_RANK, DeliveryState

COLLECTABLE: Final = frozenset({DeliveryState.NOTIFIED, DeliveryState.RETURNED})
"""What lies at the window. A parcel on its way does not."""


def is_news(current: DeliveryState | None, state: DeliveryState, *, collected: bool = False) -> bool:
    """Whether ``state`` moves a delivery on. What is signed stays so. A returned parcel may still be handed over, but
    only at the window (``collected``): when the courier has one signed for, it is the sender who signed."""
    if current is None:
        return True
    if current is DeliveryState.SIGNED:
        return False
    if current is DeliveryState.RETURNED:
        return collected and state is DeliveryState.SIGNED
    return state is DeliveryState.RETURNED or DELIVERY_RANK[state] > DELIVERY_RANK[current]


def is_with_courier(state: DeliveryState | None) -> bool:
    """The courier has, or had, the parcel, and it has not come back."""
    return state is not None and DELIVERY_RANK[state] >= DELIVERY_RANK[DeliveryState.PICKED_UP]
