"""All tables of the service, so that its metadata is whole wherever this is imported."""

from __future__ import annotations

from lianban_notify.database import Base, Relay
from lianban_notify.deliveries.tables import Delivery, DeliveryEvent
from lianban_notify.messages.tables import Letter, Message

__all__ = ["Base", "Delivery", "DeliveryEvent", "Letter", "Message", "Relay"]
