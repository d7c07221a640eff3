"""What the platform tells a department, whichever way it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from lianban_sandbox.departments.behaviour import Mode
from lianban_sandbox.departments.desk import Desk, Task
from lianban_sandbox.web import Refused


class Messages:
    """Raises :class:`Refused` for what the department does not take, or not now."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def receive(self, department: str, message_id: str, message: Any, came_by: str) -> dict[str, Any]:
        """``task.created``, ``task.supplemented`` or ``task.withdrawn``; what the department answers. ``came_by``: the
        kind of way it came."""
        try:
            kind, data = message["type"], message["data"]
            task_id, step = str(data["task_id"]), str(data["step"])
        except (KeyError, TypeError):
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "no task") from None
        if kind == "task.withdrawn":
            taken_back = self._desk.withdraw(task_id, str(data.get("cause", "")))
            return {"status": "withdrawn" if taken_back else "ignored"}
        if kind not in ("task.created", "task.supplemented"):
            return {"status": "ignored"}  # of a later release of the platform
        if self._desk.switchboard.behaviour(department, step).mode is Mode.DOWN:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "down")
        if kind == "task.supplemented":
            awaited = self._desk.supplement(task_id, message_id, data)
            return {"status": "supplemented" if awaited else "ignored"}
        return await self._created(department, message_id, data, came_by)

    async def _created(self, department: str, message_id: str, data: Mapping[str, Any], came_by: str) -> dict[str, Any]:
        task_id, step = str(data["task_id"]), str(data["step"])
        behaviour = self._desk.switchboard.behaviour(department, step)
        if behaviour.mode is Mode.SLOW and self._desk.known(task_id) is None:
            await asyncio.sleep(behaviour.delay_seconds)
        known = self._desk.known(task_id)
        if known is not None:
            return self._repeated(known, message_id)
        task = Task(department, message_id, data, datetime.now(UTC), came_by)
        self._desk.take(task, behaviour)
        return _receipt(task)

    def _repeated(self, task: Task, message_id: str) -> dict[str, Any]:
        """The same message again is answered as the first; the same task in another message is a mistake."""
        if task.message_id != message_id:
            raise Refused(HTTPStatus.CONFLICT, "task known from another message")
        self._desk.tasks.repeats += 1
        return _receipt(task)


def _receipt(task: Task) -> dict[str, Any]:
    receipt: dict[str, Any] = {"status": "received", "task_id": task.task_id}
    return receipt | {"acts": [task.act]} if task.at_once else receipt
