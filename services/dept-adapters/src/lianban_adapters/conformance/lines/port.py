"""What a line is. A kind of department that the kit can play with is one more class like these."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from lianban.contracts.orders import TaskOrder, TaskSupplement, TaskWithdrawal
from lianban_adapters.conformance.evidence import Answered, Play
from lianban_adapters.conformance.lines.paging import Pages
from lianban_adapters.dossiers.models import Dossier

Order = TaskOrder | TaskSupplement | TaskWithdrawal


@dataclass(frozen=True)
class Message:
    """``order``, ``dossier``: what the body says, for lines that carry no bodies; none of a message nobody knows."""

    id: str
    type: str
    task_id: str
    body: bytes
    order: Order | None = None
    dossier: Dossier | None = None


class Line(Protocol):
    @property
    def forgeries(self) -> Collection[Play]:
        """Ways a message can be forged here."""

    @property
    def omits(self) -> Collection[Play]:
        """Plays this line cannot carry."""

    @property
    def pages(self) -> Pages | None:
        """Looks through acts page by page, where they are listed so."""

    async def deliver(self, message: Message, forgery: Play | None = None) -> Answered:
        """Sent once. Raises nothing."""

    async def fetch(self) -> None:
        """Runs until it is cancelled: brings acts that are not called back."""
