"""What happens with a task: stored first, sent then, supplemented, taken back when the case no longer needs it."""

from __future__ import annotations

import logging
from typing import Final

from lianban.contracts.names import task_id
from lianban.contracts.orders import TaskOrder, TaskReceipt, TaskSupplement, TaskWithdrawal
from lianban.contracts.status import Cause
from lianban.platform.database import Database, transaction
from lianban.platform.relay import EventRelay, enqueue
from lianban_adapters.acts.immediate import ImmediateAnswers
from lianban_adapters.channels.port import INBOX, Channel, Rejected, Sent
from lianban_adapters.channels.registry import Channels
from lianban_adapters.database import Relay
from lianban_adapters.dossiers.client import Dossiers
from lianban_adapters.dossiers.models import Dossier
from lianban_adapters.tasks import repository
from lianban_adapters.tasks.repository import Stored
from lianban_adapters.tasks.standing import standing_after
from lianban_adapters.tasks.states import OPEN, TaskState
from lianban_adapters.tasks.tables import Task

PURPOSE: Final = "分送部门业务系统办理"

_SUPPLEMENT_NOT_TAKEN: Final = "申请人已补正，业务系统没有接收，请人工核办："
_SUPPLEMENT_WAITS: Final = "申请人已补正，尚未送达业务系统："

_log = logging.getLogger(__name__)


class Tasks:
    def __init__(
        self, database: Database, relay: EventRelay, channels: Channels, dossiers: Dossiers, answers: ImmediateAnswers
    ) -> None:
        self._database = database
        self._relay = relay
        self._channels = channels
        self._dossiers = dossiers
        self._answers = answers

    async def submit(self, order: TaskOrder) -> TaskReceipt:
        """Raises :class:`Unavailable` or :class:`DossierUnavailable`: then it is to be tried again."""
        channel = self._channels.of(order.department)
        task = await self._store(order, channel.name)
        if task.state != TaskState.RECEIVED:
            # Acknowledged by an earlier attempt, taken over by an officer, or withdrawn: not sent (again).
            return TaskReceipt(channel=task.channel)
        try:
            sent = await channel.send(order, lambda: self._dossier(order))
        except Rejected as rejected:
            return await self._to_inbox(task, rejected.reason)
        lies_in, acknowledged = await self._acknowledge(order, channel, sent)
        if not acknowledged:
            await self._tell_if_withdrawn(order, channel)
        return TaskReceipt(channel=lies_in)

    async def withdraw(self, order: TaskWithdrawal) -> None:
        """Raises :class:`Unavailable`: then it is to be tried again."""
        channel = self._channels.of(order.department)
        async with transaction(self._database.transactions) as session:
            task = await repository.withdraw(session, order, channel.name)
            await enqueue(session, order.case_no, order.events, Relay)
        if order.events:
            self._relay.wake()
        if task.state == TaskState.WITHDRAWN and task.told_at is None:
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
        try:
            await channel.supplement(order, lambda: self._supplemented(order, task))
        except Rejected as rejected:
            async with self._database.statements() as session:
                await repository.to_inbox(session, identity, INBOX, f"{_SUPPLEMENT_NOT_TAKEN}{rejected.reason}")
        else:
            async with self._database.statements() as session:
                await repository.note_supplement(session, identity, None)

    async def note_supplement(self, order: TaskSupplement, reason: str) -> None:
        async with self._database.statements() as session:
            identity = task_id(order.case_no, order.step)
            await repository.note_supplement(session, identity, f"{_SUPPLEMENT_WAITS}{reason}")

    async def note(self, order: TaskOrder, reason: str) -> None:
        async with self._database.statements() as session:
            await repository.note(session, task_id(order.case_no, order.step), reason)

    async def _store(self, order: TaskOrder, channel: str) -> Stored:
        """Before anything else can fail, the task and the events it carries are safe."""
        async with self._database.connection() as connection:
            stored = await repository.store(connection, order, channel)
            if stored is None:
                return await repository.stored(connection, task_id(order.case_no, order.step))
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
        return await self._dossiers.fetch(order.case_no, order.step, PURPOSE, documents)

    async def _to_inbox(self, task: Stored, reason: str) -> TaskReceipt:
        _log.warning("task goes to the inbox", extra={"task_id": task.id, "reason": reason})
        async with self._database.statements() as session:
            await repository.mark_sent(session, task.id, INBOX, reason)
        return TaskReceipt(channel=INBOX)

    async def _tell_if_withdrawn(self, order: TaskOrder, channel: Channel) -> None:
        """The task was taken back while it was on its way: the department may have heard of that too early."""
        async with self._database.statements() as session:
            task = await repository.stored(session, task_id(order.case_no, order.step))
        if task.cause is not None:
            withdrawal = TaskWithdrawal(
                key=f"{order.key}:withdrawn",
                case_no=order.case_no,
                step=order.step,
                department=order.department,
                cause=Cause(task.cause),
            )
            await self._tell(channel, withdrawal)

    async def _tell(self, channel: Channel, order: TaskWithdrawal) -> None:
        identity = task_id(order.case_no, order.step)
        try:
            await channel.withdraw(order)
        except Rejected as rejected:
            # Nothing depends on it: acts on a withdrawn task are refused anyway.
            _log.warning("withdrawal not taken", extra={"task_id": identity, "reason": rejected.reason})
        async with self._database.statements() as session:
            await repository.mark_told(session, identity)
