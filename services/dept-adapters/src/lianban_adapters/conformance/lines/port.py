"""What a line is. A kind of department that the kit can play with is one more class like these."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from lianban_adapters.conformance.evidence import Answered, Play


@dataclass(frozen=True)
class Message:
    id: str
    type: str
    task_id: str
    body: bytes


class Line(Protocol):
    @property
    def forgeries(self) -> Collection[Play]:
        """Ways a message can be forged here."""

    @property
    def plays(self) -> Collection[Play]:
        """Further plays this line can carry."""

    async def deliver(self, message: Message, forgery: Play | None = None) -> Answered:
        """Sent once. Raises nothing."""

    async def fetch(self) -> None:
        """Runs until it is cancelled: brings acts that are not called back."""
