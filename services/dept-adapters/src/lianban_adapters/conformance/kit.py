"""What the plays work with: tasks are made, messages sent, acts waited for, and everything is kept as evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from pydantic_core import from_json, to_json

from lianban_adapters.channels.messages import task_created, task_supplemented, task_withdrawn
from lianban_adapters.conformance.desk import Desk
from lianban_adapters.conformance.evidence import Answered, Arrival, Evidence, Play, Reply, Sent, now
from lianban_adapters.conformance.lines.port import Line, Message
from lianban_adapters.conformance.listener import Materials
from lianban_adapters.conformance.receiving import Receiver
from lianban_adapters.samples.tasks import Sampler, SampleTask

_NUMBERS: Final = 100
"""Cases of one run: two runs within a day do not use the same numbers, for departments remember theirs."""


@dataclass(frozen=True)
class Patience:
    """Seconds: ``acts`` for an act to come, ``quiet`` in which nothing may come that should not."""

    acts: float = 30.0
    quiet: float = 10.0


class Kit:
    def __init__(
        self,
        line: Line,
        desk: Desk,
        receiver: Receiver,
        materials: Materials,
        evidence: Evidence,
        sampler: Sampler,
        public_url: str,
        patience: Patience,
    ) -> None:
        self.line = line
        self.desk = desk
        self.evidence = evidence
        self.sampler = sampler
        self.patience = patience
        self._receiver = receiver
        self._materials = materials
        self._public_url = public_url
        self._sequence = int(now()) % 86_400 * _NUMBERS
        self._wholes: dict[str, SampleTask] = {}
        self._supplementing: set[asyncio.Task[object]] = set()

    def task(self, play: Play, change: Callable[[SampleTask], SampleTask] = lambda task: task) -> SampleTask:
        """A new one, as it is sent at first; ``change`` may leave something out that a supplement brings."""
        self._sequence += 1
        whole = self.sampler.task(self._sequence, datetime.now(UTC))
        task = change(whole)
        self._wholes[task.task_id] = whole = replace(task, dossier=whole.dossier)
        self.desk.open(task)
        self._materials.serve(play, whole)
        self._receiver.plays[task.task_id] = play
        return task

    async def created(
        self, play: Play, task: SampleTask, more: dict[str, Any] | None = None, forgery: Play | None = None
    ) -> bool:
        """Whether it was taken. ``more``: fields beside those there are."""
        body = task_created(task.order, task.dossier, self._public_url)
        if more:
            content = from_json(body)
            body = to_json({**content, **more, "data": {**content["data"], **more}})
        message = Message(task.order.key, "task.created", task.task_id, body, task.order, task.dossier)
        answered = await self.send(play, message, forgery)
        if forgery is None:
            await self._receiver.in_answer(task.task_id, answered.acts)
        return answered.reply is Reply.TAKEN

    async def supplemented(self, play: Play, task: SampleTask) -> bool:
        """The whole dossier. Its case goes on first: an act may come before the message is answered."""
        whole = self._wholes[task.task_id]
        order = whole.supplement(datetime.now(UTC))
        self.desk.supplemented(task.task_id)
        body = task_supplemented(order, whole.dossier, self._public_url)
        message = Message(order.key, "task.supplemented", task.task_id, body, order, whole.dossier)
        return (await self.send(play, message)).reply is Reply.TAKEN

    async def withdrawn(self, play: Play, task: SampleTask, again: bool = False) -> bool:
        """``again``: for the task was on its way when it was withdrawn."""
        order = task.withdrawal()
        if again:
            order = order.model_copy(update={"key": f"{order.key}:again"})
        self.desk.withdrawn(task.task_id)
        message = Message(order.key, "task.withdrawn", task.task_id, task_withdrawn(order), order)
        return (await self.send(play, message)).reply is Reply.TAKEN

    async def send(self, play: Play, message: Message, forgery: Play | None = None) -> Answered:
        answered = await self.line.deliver(message, forgery)
        self.evidence.sent.append(Sent(play, message.type, message.id, now(), answered))
        return answered

    def requested(self, task: SampleTask) -> None:
        """An applicant who is asked hands in at once."""
        play = self._receiver.plays[task.task_id]
        supplementing: asyncio.Task[object] = asyncio.create_task(self.supplemented(play, task))
        self._supplementing.add(supplementing)
        supplementing.add_done_callback(self._supplementing.discard)

    async def settled(self) -> None:
        """Once every supplement on its way has been answered."""
        await asyncio.gather(*self._supplementing)

    async def acted(self, play: Play, true: Callable[[Arrival], bool] = lambda _: True, number: int = 1) -> bool:
        """Whether as many acts of that kind have come in time."""
        return await self.evidence.until(lambda: sum(map(true, self.evidence.acts(play))) >= number, self.patience.acts)

    async def quiet(self) -> None:
        await asyncio.sleep(self.patience.quiet)
