"""The desk of all departments: takes tasks in, decides them when their time has come, calls the platform back."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from standardwebhooks.webhooks import Webhook

from lianban.catalog.terms import StepKind
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban_sandbox.callbacks import Caller, Fate, Report
from lianban_sandbox.departments import answers
from lianban_sandbox.departments.behaviour import Behaviour, Mode, Switchboard
from lianban_sandbox.records import Records


class State(StrEnum):
    """Where a task stands."""

    WAITING = "waiting"  # its delay runs
    HELD = "held"
    PUBLISHED = "published"  # a public notice: ends by itself unless an objection is upheld
    CALLING = "calling"  # the act is on its way
    ANSWERED = "answered"  # the platform has the act
    REJECTED = "rejected"  # the platform does not want the act
    GAVE_UP = "gave_up"
    WITHDRAWN = "withdrawn"


_AFTER: Final = {Fate.DELIVERED: State.ANSWERED, Fate.REJECTED: State.REJECTED, Fate.GAVE_UP: State.GAVE_UP}


@dataclass(slots=True, eq=False)
class Task:
    """A task as the department has it. ``data`` is what the platform sent, ``message_id`` its webhook-id."""

    department: str
    message_id: str
    data: Mapping[str, Any]
    received_at: datetime
    state: State = State.WAITING
    at_once: bool = False
    act: answers.Act | None = None
    report: Report | None = None
    withdrawn: str | None = None
    """Cause of a withdrawal, whether it still came in time or not."""
    pending: asyncio.TimerHandle | asyncio.Task[None] | None = None

    @property
    def task_id(self) -> str:
        return str(self.data["task_id"])

    @property
    def step(self) -> str:
        return str(self.data["step"])


class Desk:
    """``keys`` are the departments' webhook keys; ``adapters_url`` is where acts are called back to."""

    def __init__(
        self,
        keys: Mapping[str, Webhook],
        adapters_url: str,
        caller: Caller,
        switchboard: Switchboard,
        capacity: int,
    ) -> None:
        self.keys = keys
        self.switchboard = switchboard
        self.tasks: Records[Task] = Records(capacity)
        self.open: dict[str, Task] = {}
        """Not answered yet, by task id: never forgotten, whatever the records' capacity."""
        self.fates: Counter[Fate] = Counter()
        self._adapters_url = adapters_url
        self._caller = caller

    def known(self, task_id: str) -> Task | None:
        """The task, if the department already has it."""
        return self.open.get(task_id) or self.tasks.get(task_id)

    def take(self, task: Task, behaviour: Behaviour) -> None:
        """A new task. With ``immediate`` its act is ready on return, and counts as answered."""
        self.tasks.add(task.task_id, task)
        if behaviour.mode is Mode.HOLD:
            task.state = State.HELD
            self.open[task.task_id] = task
        elif task.data.get("kind") == StepKind.NOTICE and behaviour.mode is not Mode.REFUSE:
            task.state = State.PUBLISHED  # nothing more to do about it, so it is not open
        elif behaviour.immediate:
            task.at_once = True
            task.act = self._write(task, behaviour)
            task.state = State.ANSWERED
        else:
            self._schedule(task, behaviour)

    def withdraw(self, task_id: str, cause: str) -> bool:
        """Whether there was something left to take back. An act that has arrived stays."""
        task = self.known(task_id)
        if task is None:
            return False
        task.withdrawn = cause
        if self.open.pop(task_id, None) is None and task.state is not State.PUBLISHED:
            return False
        if task.pending is not None:
            task.pending.cancel()
        task.state = State.WITHDRAWN
        return True

    def release(self, chosen: Callable[[Task], bool], behaviour: Callable[[Task], Behaviour]) -> int:
        """Decides the chosen tasks that are held, calls again for those given up. Returns how many."""
        found = [task for task in self.open.values() if task.state is State.HELD and chosen(task)]
        given_up = [task for task in self.tasks if task.state is State.GAVE_UP and chosen(task)]
        for task in found:
            self._schedule(task, behaviour(task))
        for task in given_up:
            self._start_call(task)
        return len(found) + len(given_up)

    async def close(self) -> None:
        pending = [task.pending for task in self.open.values() if task.pending is not None]
        for one in pending:
            one.cancel()
        await asyncio.gather(*(one for one in pending if isinstance(one, asyncio.Task)), return_exceptions=True)

    def _schedule(self, task: Task, behaviour: Behaviour) -> None:
        # A slow department has spent its delay before it said that it has the task.
        delay = 0.0 if behaviour.mode is Mode.SLOW else behaviour.delay_seconds
        task.state = State.WAITING
        self.open[task.task_id] = task
        if delay == 0:
            self._decide(task, behaviour)
        else:
            task.pending = asyncio.get_running_loop().call_later(delay, self._decide, task, behaviour)

    def _decide(self, task: Task, behaviour: Behaviour) -> None:
        task.act = self._write(task, behaviour)
        self._start_call(task)

    def _write(self, task: Task, behaviour: Behaviour) -> answers.Act:
        now = datetime.now(UTC)
        if task.step == ACCEPTANCE_STEP:
            return answers.accept(task.data, task.department, now)
        if behaviour.mode is Mode.REFUSE:
            return answers.refuse(task.data, task.department, now)
        return answers.grant(task.data, task.department, now, automatic=behaviour.immediate)

    def _start_call(self, task: Task) -> None:
        task.state = State.CALLING
        self.open[task.task_id] = task
        task.pending = asyncio.create_task(self._call(task))

    async def _call(self, task: Task) -> None:
        assert task.act is not None
        task.report = await self._caller.send(
            f"{self._adapters_url}/v1/departments/{task.department}/acts",
            self.keys[task.department],
            task.act["act_id"],
            json.dumps(task.act, ensure_ascii=False, separators=(",", ":")).encode(),
        )
        task.pending = None
        task.state = _AFTER[task.report.fate]
        self.fates[task.report.fate] += 1
        del self.open[task.task_id]
