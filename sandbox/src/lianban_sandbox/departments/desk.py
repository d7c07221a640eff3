"""The desk of all departments: takes tasks in, does what it was told to, tells the platform."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from lianban.catalog.terms import StepKind
from lianban_sandbox.callbacks import Fate, Report
from lianban_sandbox.departments import answers, script
from lianban_sandbox.departments.behaviour import Behaviour, Mode, Stop, Supplement, Switchboard
from lianban_sandbox.departments.ways import Callback, Way
from lianban_sandbox.records import Records


class State(StrEnum):
    """Where a task stands."""

    WAITING = "waiting"  # its delay runs
    HELD = "held"
    AWAITING = "awaiting"  # the applicant's supplement
    PUBLISHED = "published"  # a public notice: ends by itself unless an objection is upheld
    CALLING = "calling"  # an act is on its way
    ANSWERED = "answered"  # the platform has the decision
    REJECTED = "rejected"  # the platform does not want an act
    GAVE_UP = "gave_up"
    WITHDRAWN = "withdrawn"


_FAILED: Final = {Fate.REJECTED: State.REJECTED, Fate.GAVE_UP: State.GAVE_UP}


@dataclass(slots=True)
class Done:
    """An act as it was written, the kind of way it went, and what the platform said to it."""

    act: answers.Act
    went_by: str
    report: Report | None = None


@dataclass(slots=True, eq=False)
class Task:
    """A task as the department has it. ``data`` is what the platform sent, ``message_id`` its webhook-id, ``came_by``
    the kind of way it came."""

    department: str
    message_id: str
    data: Mapping[str, Any]
    received_at: datetime
    came_by: str
    state: State = State.WAITING
    at_once: bool = False
    behaviour: Behaviour = field(default_factory=Behaviour)
    first: deque[script.Item] = field(default_factory=deque)
    """What is still to be done before the decision."""
    done: list[Done] = field(default_factory=list)
    supplemented: set[str] = field(default_factory=set)
    """Ids of the messages that told of supplements."""
    withdrawn: str | None = None
    """Cause of a withdrawal, whether it still came in time or not."""
    pending: asyncio.TimerHandle | asyncio.Task[None] | None = None

    @property
    def task_id(self) -> str:
        return str(self.data["task_id"])

    @property
    def step(self) -> str:
        return str(self.data["step"])

    @property
    def act(self) -> answers.Act | None:
        """The last one written."""
        return self.done[-1].act if self.done else None

    @property
    def report(self) -> Report | None:
        return self.done[-1].report if self.done else None


class Desk:
    """``ways``: how each department's acts reach the platform."""

    def __init__(self, ways: Mapping[str, Way], switchboard: Switchboard, capacity: int) -> None:
        self._ways = ways
        self.switchboard = switchboard
        self.tasks: Records[Task] = Records(capacity)
        self._recalled: Records[str] = Records(capacity)
        """Causes of withdrawals that came before their tasks, by task id."""
        self.open: dict[str, Task] = {}
        """Not answered yet, by task id: never forgotten, whatever the records' capacity."""
        self.fates: Counter[Fate] = Counter()

    def known(self, task_id: str) -> Task | None:
        """The task, if the department already has it."""
        return self.open.get(task_id) or self.tasks.get(task_id)

    def take(self, task: Task, behaviour: Behaviour) -> None:
        """A new task. With ``immediate`` its act is ready on return, and counts as answered, where the platform
        waits for an answer at all."""
        self.tasks.add(task.task_id, task)
        task.behaviour = behaviour
        if (cause := self._recalled.get(task.task_id)) is not None:
            task.state, task.withdrawn = State.WITHDRAWN, cause
            return
        task.first.extend(script.script_of(task.step, behaviour))
        if behaviour.mode is Mode.HOLD and not task.first:
            self._hold(task)
        elif task.data.get("kind") == StepKind.NOTICE and behaviour.mode is not Mode.REFUSE:
            task.state = State.PUBLISHED  # nothing more to do about it, so it is not open
        elif behaviour.immediate and isinstance(self._ways[task.department], Callback):
            task.at_once = True
            self._write(task, script.decide(task.data, task.department, datetime.now(UTC), behaviour))
            task.state = State.ANSWERED
        else:
            self._schedule(task)

    def supplement(self, task_id: str, message_id: str, data: Mapping[str, Any]) -> bool:
        """What the applicant handed in. Whether the department had waited for it."""
        task = self.open.get(task_id)
        if task is None or message_id in task.supplemented or not _asks(task):
            return False
        task.supplemented.add(message_id)
        task.data = {**task.data, **data}
        if task.state is State.AWAITING:  # else the answer to the request itself is still on its way
            self._next(task)
        return True

    def withdraw(self, task_id: str, cause: str) -> bool:
        """Whether there was something left to take back. An act that has arrived stays; a task that comes later is not
        begun."""
        task = self.known(task_id)
        if task is None:
            self._recalled.add(task_id, cause)
            return False
        task.withdrawn = cause
        if self.open.pop(task_id, None) is None and task.state is not State.PUBLISHED:
            return False
        if task.pending is not None:
            task.pending.cancel()
        task.state = State.WITHDRAWN
        return True

    def release(self, chosen: Callable[[Task], bool], behaviour: Callable[[Task], Behaviour]) -> int:
        """Goes on with the chosen tasks that are held, calls again for those given up. Returns how many."""
        found = [task for task in self.open.values() if task.state is State.HELD and chosen(task)]
        given_up = [task for task in self.tasks if task.state is State.GAVE_UP and chosen(task)]
        for task in found:
            task.behaviour = behaviour(task)
            self._schedule(task)
        for task in given_up:
            self._start_call(task)
        return len(found) + len(given_up)

    async def close(self) -> None:
        pending = [task.pending for task in self.open.values() if task.pending is not None]
        for one in pending:
            one.cancel()
        await asyncio.gather(*(one for one in pending if isinstance(one, asyncio.Task)), return_exceptions=True)

    def _hold(self, task: Task) -> None:
        task.state = State.HELD
        self.open[task.task_id] = task

    def _schedule(self, task: Task) -> None:
        # A slow department has spent its delay before it said that it has the task.
        delay = 0.0 if task.behaviour.mode is Mode.SLOW else task.behaviour.delay_seconds
        task.state = State.WAITING
        self.open[task.task_id] = task
        if delay == 0:
            self._act(task)
        else:
            task.pending = asyncio.get_running_loop().call_later(delay, self._act, task)

    def _act(self, task: Task) -> None:
        """The next act of the script, or the decision."""
        now = datetime.now(UTC)
        if task.first:
            act = script.write(task.first[0], task.data, task.department, now, len(task.done))
        else:
            act = script.decide(task.data, task.department, now, task.behaviour)
        self._write(task, act)
        self._start_call(task)

    def _write(self, task: Task, act: answers.Act) -> None:
        task.done.append(Done(act, self._ways[task.department].kind))

    def _next(self, task: Task) -> None:
        """An act has arrived. A held department waits before it decides, and while a special procedure lasts."""
        item = task.first.popleft()
        task.pending = None
        if task.behaviour.mode is Mode.HOLD and (isinstance(item, Stop) or not task.first):
            self._hold(task)
        else:
            self._schedule(task)

    def _start_call(self, task: Task) -> None:
        task.state = State.CALLING
        self.open[task.task_id] = task
        task.pending = asyncio.create_task(self._call(task))

    async def _call(self, task: Task) -> None:
        done = task.done[-1]
        done.report = await self._ways[task.department].deliver(done.act)
        self.fates[done.report.fate] += 1
        if done.report.fate is Fate.DELIVERED and task.first:
            task.pending = None
            requests = sum(one.act["kind"] == "request_supplement" for one in task.done)
            if _asks(task) and len(task.supplemented) < requests:
                task.state = State.AWAITING
            else:
                self._next(task)
            return
        task.pending = None
        task.state = _FAILED.get(done.report.fate, State.ANSWERED)
        del self.open[task.task_id]


def _asks(task: Task) -> bool:
    """Whether the department is asking the applicant for something now."""
    return bool(task.first) and isinstance(task.first[0], Supplement) and task.state in (State.CALLING, State.AWAITING)
