"""What a channel is. A new way to reach departments is one more class like these, be it in a package of somebody else's
(docs/channels.zh-CN.md).

A channel only carries tasks out. What comes back goes to :class:`lianban_adapters.acts.service.Acts`, whichever way
it came; where a department calls nobody, it is fetched (:mod:`lianban_adapters.channels.incoming`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

from lianban.contracts.orders import TaskOrder, TaskSupplement, TaskWithdrawal
from lianban_adapters.dossiers.models import Dossier

INBOX: Final = "inbox"

DossierSource = Callable[[], Awaitable[Dossier]]
"""Fetches the dossier of the task being sent. Asked only by channels that send it along."""


@dataclass(frozen=True)
class Sent:
    """The department has the task. ``answers`` are acts it gave at once, as they came and not yet examined."""

    answers: tuple[Any, ...] = ()


class Rejected(Exception):
    """The department will not take this task this way, however often it is sent. ``reason`` is Chinese. ``status``:
    of its answer, where it was one of HTTP."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class Unavailable(Exception):
    """The department cannot be reached now. ``retry_after``: when it asked to be tried again. ``status``: of its
    answer, where it was one of HTTP. ``got_further``: it took more of the message than ever before, and the next
    attempt goes on from there."""

    def __init__(
        self,
        reason: str,
        retry_after: timedelta | None = None,
        status: int | None = None,
        *,
        got_further: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.status = status
        self.got_further = got_further


class Channel(Protocol):
    """Every call may be repeated: its key tells the department that it knows of it already. What our own side lacks, be
    it the dossier or a file of it, comes through as :class:`~lianban_adapters.dossiers.client.DossierUnavailable`, lest
    the department be taken for one that is down."""

    @property
    def name(self) -> str:
        """Kind of the channel, as the directory calls it."""

    async def send(self, task: TaskOrder, dossier: DossierSource) -> Sent:
        """Raises :class:`Rejected` or :class:`Unavailable`."""

    async def supplement(self, supplement: TaskSupplement, dossier: DossierSource) -> None:
        """Tells that what the department missed has come. Raises :class:`Rejected` or :class:`Unavailable`."""

    async def withdraw(self, task: TaskWithdrawal) -> None:
        """Tells that the task is taken back. Raises :class:`Rejected` or :class:`Unavailable`."""
