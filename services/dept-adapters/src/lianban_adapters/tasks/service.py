"""What happens with a task: stored first, sent then or when its turn comes, supplemented, taken back when the case no
longer needs it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from lianban.contracts.names import task_id
from lianban.contracts.orders import TaskOrder, TaskReceipt, TaskSupplement, TaskWithdrawal
from lianban.contracts.status import Cause
from lianban.platform.database import Database, transaction
from lianban.platform.relay import EventRelay, enqueue
from lianban_adapters.acts.immediate import ImmediateAnswers
from lianban_adapters.channels.port import INBOX, Channel, Rejected, Sent, Unavailable
from lianban_adapters.channels.registry import Channels
from lianban_adapters.database import Relay
from lianban_adapters.dossiers.client import Dossiers
from lianban_adapters.dossiers.models import Dossier
from lianban_adapters.isolation.gate import SWITCHED, GateKeeper, pause_after
from lianban_adapters.isolation.gates import Gates
from lianban_adapters.isolation.waiting import LEASE, put_off
from lianban_adapters.tasks import repository
from lianban_adapters.tasks.repository import Stored
from lianban_adapters.tasks.standing import standing_after
from lianban_adapters.tasks.states import OPEN, TaskState
from lianban_adapters.tasks.storing import Next, Placed, Storing
from lianban_adapters.tasks.tables import Task

PURPOSE: Final = "分送部门业务系统办理"

_SUPPLEMENT_NOT_TAKEN: Final = "申请人已补正，业务系统没有接收，请人工核办："
_SUPPLEMENT_WAITS: Final = "申请人已补正，尚未送达业务系统："

_TASK_FIRST: Final = "任务本身尚未送达业务系统"

_log = logging.getLogger(__name__)


class _NoLongerItsBusiness(Exception):
    """The task was taken back, or taken over, while its supplement was made ready."""


class Tasks:
    def __init__(
        self,
        database: Database,
        relay: EventRelay,
        channels: Channels,
        gates: Gates,
        dossiers: Dossiers,
        answers: ImmediateAnswers,
    ) -> None:
        self._database = database
        self._relay = relay
        self._channels = channels
        self._gates = gates
        self._dossiers = dossiers
        self._answers = answers
        self._storing = Storing(LEASE)

    async def submit(self, order: TaskOrder) -> TaskReceipt:
        """Sent at once, or left to wait for its turn: either way it is safe when this returns. Raises
        :class:`DossierUnavailable`: then it is to be tried again."""
        gate = self._gates.of(order.department)
        channel = self._channels.of(order.department)
        task = await self._store(order, INBOX if gate.switched else channel.name)
        if task.state != TaskState.RECEIVED or task.free_at is not None:
            # Acknowledged by an earlier attempt, taken over by an officer, withdrawn, or waiting: not sent (again).
            return TaskReceipt(channel=task.channel)
        if gate.switched:
            return await self._to_inbox(order, SWITCHED)
        if channel.name == INBOX:
            return await self._send(order, channel)
        if obstacle := gate.obstacle:
            with gate.arrival():
                await self._put_off(task.id, obstacle, 0)
            return TaskReceipt(channel=task.channel)
        tried = False
        try:
            async with gate.turn() as waited:
                if waited and (receipt := await self._overtaken(task.id, gate)):
                    return receipt
                tried = True
                return await self._send(order, channel)
        except Unavailable as error:
            await self._put_off(task.id, error.reason, pause_after(error, 1), tried=tried)
            return TaskReceipt(channel=task.channel)

    async def _overtaken(self, identity: str, gate: GateKeeper) -> TaskReceipt | None:
        """What has come about while the task waited for a place, if it is not to be sent any more, or not now."""
        async with self._database.connection() as connection:
            task = await repository.stored(connection, identity)
            if task.state == TaskState.RECEIVED:
                if (obstacle := gate.obstacle) is None:
                    return None
                with gate.arrival():
                    await put_off(connection, identity, obstacle, 0)
        return TaskReceipt(channel=task.channel)

    async def send_waiting(self, order: TaskOrder, *, tells: bool) -> None:
        """A task that was stored before and whose turn has come. ``tells``: whether its failure says anything of the
        department. Raises :class:`Unavailable` or :class:`DossierUnavailable`."""
        await self._send(order, self._channels.of(order.department), tells=tells)

    async def _send(self, order: TaskOrder, channel: Channel, *, tells: bool = True) -> TaskReceipt:
        try:
            async with self._answering(order.department, channel, tells=tells):
                sent = await channel.send(order, lambda: self._dossier(order))
        except Rejected as rejected:
            return await self._to_inbox(order, rejected.reason)
        lies_in, acknowledged = await self._acknowledge(order, channel, sent)
        if not acknowledged:
            await self._tell_if_withdrawn(order, channel)
        return TaskReceipt(channel=lies_in)

    async def withdraw(self, order: TaskWithdrawal) -> None:
        """Raises :class:`Unavailable`: then it is to be tried again. A department that never heard of the task is not
        told either."""
        channel = self._channels.of(order.department)
        async with transaction(self._database.transactions) as session:
            task = await repository.withdraw(session, order, channel.name)
            await enqueue(session, order.case_no, order.events, Relay)
        if order.events:
            self._relay.wake()
        never_tried = task.attempts == 0 and (task.free_at is not None or task.reason == SWITCHED)
        if task.state == TaskState.WITHDRAWN and task.told_at is None and not never_tried:
            async with self._turn(order.department, channel):
                await self._tell(channel, order)

    async def supplement(self, order: TaskSupplement) -> None:
        """Raises :class:`Unavailable` or :class:`DossierUnavailable`: then it is to be tried again."""
        identity = task_id(order.case_no, order.step)
        async with transaction(self._database.transactions) as session:
            if standing := standing_after(order.step, order.events):
                await repository.stand(session, identity, standing)
            await enqueue(session, order.case_no, order.events, Relay)
            task = await repository.by_id(session, identity)
        self._relay.wake()
        if task is None or task.state not in OPEN or task.channel == INBOX:
            return  # the list itself shows it
        channel = self._channels.of(order.department)
        if task.free_at is not None and task.state == TaskState.RECEIVED:
            self._check_open(order.department, channel)
            raise Unavailable(_TASK_FIRST)
        try:
            async with self._turn(order.department, channel) as waited:
                if waited and not await self._is_with_its_system(identity):
                    return
                async with self._answering(order.department, channel):
                    await channel.supplement(order, lambda: self._supplemented(order, task))
        except _NoLongerItsBusiness:
            return
        except Rejected as rejected:
            async with self._database.statements() as session:
                await repository.to_inbox(session, identity, INBOX, f"{_SUPPLEMENT_NOT_TAKEN}{rejected.reason}")
        else:
            async with self._database.statements() as session:
                await repository.note_supplement(session, identity, None)

    async def _is_with_its_system(self, identity: str) -> bool:
        """It may have been taken back while its supplement waited, or while the dossier was fetched, and the department
        told so; or taken over."""
        async with self._database.connection() as connection:
            task = await repository.stored(connection, identity)
        return task.state in OPEN and task.channel != INBOX

    @asynccontextmanager
    async def _turn(self, department: str, channel: Channel) -> AsyncIterator[bool]:
        """Whether it was waited for. Raises :class:`Unavailable` when nothing is sent to the department now."""
        self._check_open(department, channel)
        if channel.name == INBOX:
            yield False
            return
        async with self._gates.of(department).turn() as waited:
            self._check_open(department, channel)
            yield waited

    def _check_open(self, department: str, channel: Channel) -> None:
        """Raises :class:`Unavailable` while nothing is sent to the department: no time is lost with it."""
        gate = self._gates.of(department)
        if channel.name != INBOX and (closed := gate.closed):
            raise Unavailable(closed, gate.retry_after)

    @asynccontextmanager
    async def _answering(self, department: str, channel: Channel, *, tells: bool = True) -> AsyncIterator[None]:
        """What comes of it is told to the department's gate. Whoever rejects a message is at work."""
        try:
            yield
        except Unavailable as error:
            if error.got_further:  # slow, but there
                self._gates.of(department).circuit.abandoned()
            elif tells:
                await self._gates.failed(department, error)
            raise
        except Rejected as rejected:
            await self._gates.rejected(department, rejected.reason)
            raise
        if channel.name != INBOX:
            await self._gates.succeeded(department)

    async def note_supplement(self, order: TaskSupplement, reason: str) -> None:
        async with self._database.statements() as session:
            identity = task_id(order.case_no, order.step)
            await repository.note_supplement(session, identity, f"{_SUPPLEMENT_WAITS}{reason}")

    async def note(self, order: TaskOrder, reason: str) -> None:
        async with self._database.statements() as session:
            await repository.note(session, task_id(order.case_no, order.step), reason)

    async def _put_off(self, identity: str, reason: str, seconds: float, *, tried: bool = False) -> None:
        async with self._database.connection() as connection:
            await put_off(connection, identity, reason, seconds, tried=tried)

    async def _store(self, order: TaskOrder, channel: str) -> Stored:
        """Before anything else can fail, the task and the events it carries are safe."""
        async with self._database.connection() as connection:
            await self._storing.store(connection, [Placed(order, channel, Next.STORED)])
            stored = await repository.stored(connection, task_id(order.case_no, order.step))
        self._relay.wake()
        return stored

    async def _acknowledge(self, order: TaskOrder, channel: Channel, sent: Sent) -> tuple[str, bool]:
        """Where the task lies now, and whether it was still waiting to be sent."""
        if sent.answers:
            return await self._answers.take(order, channel.name, sent.answers)
        async with self._database.connection() as connection:
            identity = task_id(order.case_no, order.step)
            return channel.name, await repository.mark_sent(connection, identity, channel.name)

    async def _dossier(self, order: TaskOrder) -> Dossier:
        return await self._dossiers.fetch(order.case_no, order.step, PURPOSE, order.documents)

    async def _supplemented(self, order: TaskSupplement, task: Task) -> Dossier:
        documents = TaskOrder.model_validate(task.details).documents
        dossier = await self._dossiers.fetch(order.case_no, order.step, PURPOSE, documents)
        if not await self._is_with_its_system(task.id):
            raise _NoLongerItsBusiness
        return dossier

    async def _to_inbox(self, order: TaskOrder, reason: str) -> TaskReceipt:
        identity = task_id(order.case_no, order.step)
        _log.warning("task goes to the inbox", extra={"task_id": identity, "reason": reason})
        async with self._database.statements() as session:
            await repository.mark_sent(session, identity, INBOX, reason)
        return TaskReceipt(channel=INBOX)

    async def _tell_if_withdrawn(self, order: TaskOrder, channel: Channel) -> None:
        """The task was taken back while it was on its way: the department may have heard of that too early. It knows
        that message's id by now and need not read it again, so this one has an id of its own."""
        async with self._database.statements() as session:
            task = await repository.stored(session, task_id(order.case_no, order.step))
        if task.cause is not None:
            withdrawal = TaskWithdrawal(
                key=f"{order.key}:withdrawn:again",
                case_no=order.case_no,
                step=order.step,
                department=order.department,
                cause=Cause(task.cause),
            )
            await self._tell(channel, withdrawal)

    async def _tell(self, channel: Channel, order: TaskWithdrawal) -> None:
        identity = task_id(order.case_no, order.step)
        try:
            async with self._answering(order.department, channel):
                await channel.withdraw(order)
        except Rejected as rejected:
            # Nothing depends on it: acts on a withdrawn task are refused anyway.
            _log.warning("withdrawal not taken", extra={"task_id": identity, "reason": rejected.reason})
        async with self._database.statements() as session:
            await repository.mark_told(session, identity)
