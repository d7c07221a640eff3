"""How a delivery moves: only forward, whatever order its news arrives in."""

from __future__ import annotations

from typing import Final

from lianban.contracts.status import DeliveryState

_ORDER: Final = {state: number for number, state in enumerate(DeliveryState)}

COLLECTABLE: Final = frozenset({DeliveryState.NOTIFIED, DeliveryState.RETURNED})
"""What lies at the window. A parcel on its way does not."""


def is_news(current: DeliveryState | None, state: DeliveryState) -> bool:
    """Whether ``state`` moves a delivery on. A returned parcel may still be handed over; what is signed stays so."""
    if current is None:
        return True
    if current is DeliveryState.SIGNED:
        return False
    if current is DeliveryState.RETURNED:
        return state is DeliveryState.SIGNED
    return _ORDER[state] > _ORDER[current]
