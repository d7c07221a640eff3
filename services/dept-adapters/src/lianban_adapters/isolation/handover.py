"""What a case hands over in one turn: stored together, then each department's task sent by itself.

Whoever hands over waits for none of the departments. A task that can be sent at once is in this process's hands from
the statement that stores it; should the process end, its lease does too, and whoever works off what waits sends it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

from lianban.contracts.names import task_id
from lianban.contracts.orders import TaskOrder
from lianban.platform.database import Database
from lianban.platform.relay import EventRelay
from lianban_adapters.channels.port import INBOX
from lianban_adapters.channels.registry import Channels
from lianban_adapters.isolation.gate import BUSY, SWITCHED, GateKeeper
from lianban_adapters.isolation.gates import Gates
from lianban_adapters.isolation.queue import WaitingTasks
from lianban_adapters.isolation.waiting import LEASE, Head, give_back, keep, release
from lianban_adapters.tasks.storing import Next, Placed, Storing

_QUEUED: Final = 2
"""Tasks in hand for each place a department has: one is being sent, one may follow. The others wait in the table."""

_LATE: Final = LEASE.total_seconds() / 3
"""Seconds in hand after which a task is not sent any more: there would be too little left of its lease."""

_UNLISTED: Final = "部门不在部门名录中，列入后发送"

_log = logging.getLogger(__name__)


class Handover:
    def __init__(
        self, database: Database, relay: EventRelay, channels: Channels, gates: Gates, waiting: WaitingTasks
    ) -> None:
        self._database = database
        self._relay = relay
        self._channels = channels
        self._gates = gates
        self._waiting = waiting
        self._storing = Storing(LEASE)
        self._in_hand: dict[str, asyncio.Task[None]] = {}
        self._held: Counter[str] = Counter()

    async def take(self, orders: Sequence[TaskOrder]) -> None:
        """Tasks of one case. They are safe when this returns; handed over again they change nothing."""
        held = self._held.copy()
        placed = [self._place(order, held) for order in orders]
        with ExitStack() as arrivals:
            for one in placed:
                if one.next is Next.WAITS and (gate := self._gates.find(one.order.department)):
                    arrivals.enter_context(gate.arrival())
            async with self._database.connection() as connection:
                in_hand = await self._storing.store(connection, placed)
        self._relay.wake()
        for order in orders:
            if task_id(order.case_no, order.step) in in_hand:
                self._send(order)

    async def close(self) -> None:
        """What is still in hand is left to whoever looks next."""
        left = list(self._in_hand)
        for sending in self._in_hand.values():
            sending.cancel()
        await asyncio.gather(*self._in_hand.values(), return_exceptions=True)
        if left:
            async with self._database.connection() as connection:
                await release(connection, left)

    def _place(self, order: TaskOrder, held: Counter[str]) -> Placed:
        gate = self._gates.find(order.department)
        if gate is None:
            # The others of the same turn are not to wait until somebody has mended the directory.
            return Placed(order, INBOX, Next.WAITS, _UNLISTED)
        channel = self._channels.of(order.department).name
        if gate.switched:
            return Placed(order, channel, Next.SENT, SWITCHED)
        if channel == INBOX:
            return Placed(order, channel, Next.SENT)
        if obstacle := gate.obstacle:
            return Placed(order, channel, Next.WAITS, obstacle)
        if gate.paced or held[order.department] >= _QUEUED * gate.concurrency:
            return Placed(order, channel, Next.WAITS, BUSY)
        held[order.department] += 1
        return Placed(order, channel, Next.IN_HAND)

    def _send(self, order: TaskOrder) -> None:
        identity, department = task_id(order.case_no, order.step), order.department
        self._held[department] += 1
        sending = asyncio.create_task(self._when_there_is_a_place(identity, order))
        self._in_hand[identity] = sending

        def ended(_: asyncio.Task[None]) -> None:
            self._held[department] -= 1
            del self._in_hand[identity]

        sending.add_done_callback(ended)

    async def _when_there_is_a_place(self, identity: str, order: TaskOrder) -> None:
        gate = self._gates.of(order.department)
        since = time.monotonic()
        waits = gate.places.locked()
        try:
            async with gate.places:
                if reason := self._hindered(gate, since):
                    async with self._database.connection() as connection:
                        await give_back(connection, identity, reason)
                elif not waits or await self._keep(identity):
                    await self._waiting.settle(gate, Head(identity, order, 1), 1)
        except Exception:
            # Its lease ends by itself.
            _log.exception("task stays in hand", extra={"task_id": identity})

    async def _keep(self, identity: str) -> bool:
        """What had to wait may have been claimed or withdrawn meanwhile: its department is not to hear of it then."""
        async with self._database.connection() as connection:
            return await keep(connection, identity)

    def _hindered(self, gate: GateKeeper, since: float) -> str | None:
        """What has come between since the task was stored."""
        return gate.obstacle or (BUSY if time.monotonic() - since > _LATE else None)
