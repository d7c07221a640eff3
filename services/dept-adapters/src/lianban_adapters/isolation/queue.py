"""Works off the tasks that wait for their department: in the order of receipt, one process at a time for each."""

from __future__ import annotations

import asyncio
import logging
import uuid
from functools import partial
from typing import Final

from lianban.platform.database import Database
from lianban_adapters.channels.port import Unavailable
from lianban_adapters.dossiers.client import DossierUnavailable
from lianban_adapters.isolation import repository, waiting
from lianban_adapters.isolation.catching_up import PATIENCE, CatchUp
from lianban_adapters.isolation.gate import SWITCHED, GateKeeper, backoff, pause_after
from lianban_adapters.isolation.gates import Gates
from lianban_adapters.isolation.renewing import renewed
from lianban_adapters.isolation.waiting import Backlog, Head
from lianban_adapters.tasks.service import Tasks

_LOOK: Final = 1.0  # seconds between two looks at the tables
_PAUSE: Final = 5.0  # seconds after the database failed

_NO_DOSSIER: Final = "暂时取不到卷宗"
_BROKEN: Final = "发送时出错，稍后再试"

_log = logging.getLogger(__name__)


class WaitingTasks:
    """After a time when nothing could be sent, what was stored until then goes one by one, each acknowledged before the
    next one is sent: strictly in order. What came while that went on follows as fast as the department may be sent
    tasks at all. A single task that failed is tried again by itself and holds up nobody. ``renewal``: seconds after
    which what is leased and not done with is leased anew."""

    def __init__(
        self, database: Database, gates: Gates, tasks: Tasks, renewal: float = waiting.LEASE.total_seconds() / 3
    ) -> None:
        self._database = database
        self._gates = gates
        self._tasks = tasks
        self._renewal = renewal
        self._holder = uuid.uuid4().hex
        self._busy: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self.look()
                except Exception:
                    _log.warning("departments cannot be looked after; trying again", exc_info=True)
                    await asyncio.sleep(_PAUSE)
                await asyncio.sleep(_LOOK)
        finally:
            for working in self._busy.values():
                working.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def look(self) -> None:
        """Adopts how departments stand, and starts whatever can be sent."""
        await self._gates.refresh()
        arrivals = {gate.department: gate.arrivals for gate in self._gates}
        async with self._database.connection() as connection:
            backlogs = await waiting.backlogs(connection)
        for gate in self._gates:
            await self._attend(gate, backlogs.get(gate.department), arrivals[gate.department])

    async def _attend(self, gate: GateKeeper, backlog: Backlog | None, arrivals: int) -> None:
        if gate.closed:
            gate.behind = not gate.switched
        if gate.department in self._busy:
            return
        if backlog is None:
            if not gate.closed and gate.is_up_to_date(arrivals):
                gate.behind = False
        elif gate.switched:
            async with self._database.connection() as connection:
                await waiting.to_inbox(connection, gate.department, SWITCHED)
        elif gate.may_try and (gate.behind or backlog.due):
            working = asyncio.create_task(self._work_off(gate))
            self._busy[gate.department] = working
            working.add_done_callback(lambda _: self._busy.pop(gate.department, None))

    async def _work_off(self, gate: GateKeeper) -> None:
        try:
            if await self._lease(gate) is None:
                return
            try:
                async with renewed(partial(self._lease, gate), self._renewal):
                    if not gate.behind or await self._catch_up(gate):
                        await self._send_due(gate)
            finally:
                async with self._database.connection() as connection:
                    await repository.release(connection, gate.department, self._holder)
        except Exception:
            _log.warning("waiting tasks stay", extra={"department": gate.department}, exc_info=True)

    async def _catch_up(self, gate: GateKeeper) -> bool:
        async with self._database.connection() as connection:
            until = await waiting.now(connection)
        return await CatchUp(self._database, gate, until, partial(self._lease, gate), partial(self.settle, gate)).run()

    async def _send_due(self, gate: GateKeeper) -> None:
        """In order, as many at a time as the department takes; each that fails waits by itself. When the circuit opens,
        here or in another process, what is left is a backlog and goes in single file."""
        under_way = set[asyncio.Task[bool]]()
        async with asyncio.TaskGroup() as group:
            while gate.closed is None:
                if under_way and gate.places.locked():
                    # Asked for any sooner, each next place would be ours before anybody's who asks meanwhile.
                    await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                await gate.places.acquire()
                sending = None
                try:
                    head = await self._take(gate) if gate.closed is None else None
                    if head is None:
                        return
                    sending = group.create_task(self.settle(gate, head, head.attempts))
                    sending.add_done_callback(lambda _: gate.places.release())
                    under_way.add(sending)
                    sending.add_done_callback(under_way.discard)
                finally:
                    if sending is None:
                        gate.places.release()

    async def _take(self, gate: GateKeeper) -> Head | None:
        """The next one that is due, leased to us, as the department is; none when nothing is left, somebody else has
        taken over, or anybody has seen the circuit open."""
        await gate.pace()
        if await self._lease(gate) != 0:
            return None
        async with self._database.connection() as connection:
            return await waiting.take_due(connection, gate.department)

    async def settle(self, gate: GateKeeper, head: Head, tries: int) -> bool:
        """Whether the task is settled; else it waits on, the longer the more ``tries`` it has had for itself."""
        try:
            # What has failed so often says more of itself than of the department, unless that is just being tried.
            tells = head.attempts <= PATIENCE or gate.circuit.openings > 0
            async with renewed(partial(self._keep, head.id), self._renewal):
                await self._tasks.send_waiting(head.order, tells=tells)
        except Unavailable as error:
            await self._put_off(head, error.reason, pause_after(error, tries))
            return False
        except asyncio.CancelledError:
            # Whoever stops in good order leaves nothing in hand: those who come next would wait for the lease to end.
            async with self._database.connection() as connection:
                await waiting.release(connection, [head.id])
            raise
        except Exception as error:
            # Whatever is wrong with this one task, or here: it says nothing of the department.
            gate.circuit.abandoned()
            no_dossier = isinstance(error, DossierUnavailable)
            if not no_dossier:
                _log.exception("task cannot be sent", extra={"task_id": head.id})
            await self._put_off(head, _NO_DOSSIER if no_dossier else _BROKEN, backoff(tries))
            return False
        return True

    async def _keep(self, identity: str) -> None:
        async with self._database.connection() as connection:
            await waiting.keep(connection, identity)

    async def _put_off(self, head: Head, reason: str, seconds: float) -> None:
        async with self._database.connection() as connection:
            await waiting.put_off(connection, head.id, reason, seconds)

    async def _lease(self, gate: GateKeeper) -> int | None:
        async with self._database.connection() as connection:
            return await repository.lease(connection, gate.department, self._holder)
