"""The manual inbox: nothing leaves the platform, officers find the task in their list. Every department has it."""

from __future__ import annotations

from lianban.contracts.orders import TaskOrder, TaskSupplement, TaskWithdrawal
from lianban_adapters.channels.port import INBOX, DossierSource, Sent


class InboxChannel:
    name = INBOX

    async def send(self, task: TaskOrder, dossier: DossierSource) -> Sent:
        return Sent()

    async def supplement(self, supplement: TaskSupplement, dossier: DossierSource) -> None:
        """The list itself shows it."""

    async def withdraw(self, task: TaskWithdrawal) -> None:
        """The list itself shows it."""
