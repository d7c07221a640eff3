"""HTTP surface of the departments: tasks in, control and records for whoever runs the sandbox."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict
from standardwebhooks.webhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lianban_sandbox.callbacks import Report
from lianban_sandbox.departments.behaviour import Behaviour, Mode
from lianban_sandbox.departments.desk import Desk, State, Task
from lianban_sandbox.departments.messages import Messages
from lianban_sandbox.departments.polled import Polled
from lianban_sandbox.departments.ways import Callback
from lianban_sandbox.web import Refused, answer, application, listing, read, signed


class Release(BaseModel):
    """Which held tasks, and how the department goes on with them: ``hold``, until it waits again; without a mode, as it
    now behaves."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode | None = None
    case_no: str | None = None
    step: str | None = None

    @property
    def is_particular(self) -> bool:
        """Whether it names a case or a step, which may be mistyped."""
        return self.case_no is not None or self.step is not None

    def names(self, task: Task) -> bool:
        wanted = {"case_no": self.case_no, "step": self.step}
        return all(value is None or task.data.get(name) == value for name, value in wanted.items())


class Departments:
    """Handlers over one desk. ``keys``: the departments' webhook keys."""

    def __init__(self, desk: Desk, keys: Mapping[str, Webhook]) -> None:
        self._desk = desk
        self._keys = keys
        self._messages = Messages(desk)
        self._board = desk.switchboard

    async def tasks(self, request: Request) -> Response:
        """``task.created``, ``task.supplemented`` and ``task.withdrawn``, signed by the platform."""
        department = self._department(request)
        body = await signed(request, self._keys[department])
        try:
            message = json.loads(body)
        except ValueError:
            raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "no task") from None
        message_id = request.headers["webhook-id"]
        return answer(await self._messages.receive(department, message_id, message, Callback.kind))

    async def get_control(self, _: Request) -> Response:
        board = self._board
        return answer(
            {
                "default": board.default.model_dump(mode="json"),
                "departments": {
                    code: behaviour.model_dump(mode="json") for code, behaviour in board.departments.items()
                },
                "steps": {f"{code}/{step}": item.model_dump(mode="json") for (code, step), item in board.steps.items()},
            }
        )

    async def put_default(self, request: Request) -> Response:
        """Behaviour of every department for which nothing else has been ordered."""
        self._board.default = await read(request, Behaviour)
        return self._changed()

    async def put_department(self, request: Request) -> Response:
        department = self._department(request)
        self._board.departments[department] = await read(request, Behaviour)
        return self._changed()

    async def put_step(self, request: Request) -> Response:
        department = self._department(request)
        self._board.steps[department, request.path_params["step"]] = await read(request, Behaviour)
        return self._changed()

    async def reset(self, _: Request) -> Response:
        self._board.reset()
        return self._changed()

    async def release(self, request: Request) -> Response:
        """Goes on with held tasks of a department; calls again for those whose callback was given up."""
        department = self._department(request)
        order = await read(request, Release)

        def behaviour(task: Task) -> Behaviour:
            mode = self._board.behaviour(department, task.step).mode
            return Behaviour(mode=order.mode or (Mode.GRANT if mode is Mode.HOLD else mode))

        def chosen(task: Task) -> bool:
            return task.department == department and order.names(task)

        if order.is_particular and not any(map(chosen, [*self._desk.open.values(), *self._desk.tasks])):
            raise Refused(HTTPStatus.NOT_FOUND, "该部门没有收到过这样的任务，请核对 step 和 case_no")
        count = self._desk.release(chosen, behaviour)
        return answer({"released": count})

    async def records(self, request: Request) -> Response:
        return listing(request, self._desk.tasks, _show, ("department", "task_id", "case_no", "step", "theme", "state"))

    async def statistics(self, _: Request) -> Response:
        return answer(
            {
                "tasks": self._desk.tasks.total,
                "repeats": self._desk.tasks.repeats,
                "open": len(self._desk.open),
                "callbacks": {fate.value: count for fate, count in self._desk.fates.items()},
            }
        )

    def _changed(self) -> Response:
        """A department that no longer holds lets go what it held."""

        def behaviour(task: Task) -> Behaviour:
            return self._board.behaviour(task.department, task.step)

        def lets_go(task: Task) -> bool:
            return task.state is State.HELD and behaviour(task).mode not in (Mode.HOLD, Mode.DOWN)

        return answer({"released": self._desk.release(lets_go, behaviour)})

    def _department(self, request: Request) -> str:
        department: str = request.path_params["department"]
        if department not in self._keys:
            raise Refused(HTTPStatus.NOT_FOUND, "no such department")
        return department


def build(desk: Desk, keys: Mapping[str, Webhook], polled: Polled) -> Starlette:
    handlers = Departments(desk, keys)
    return application(
        [
            Route("/departments/{department}/tasks", handlers.tasks, methods=["POST"]),
            Route("/control/departments", handlers.get_control, methods=["GET"]),
            Route("/control/departments", handlers.put_default, methods=["PUT"]),
            Route("/control/departments", handlers.reset, methods=["DELETE"]),
            Route("/control/departments/{department}", handlers.put_department, methods=["PUT"]),
            Route("/control/departments/{department}/steps/{step}", handlers.put_step, methods=["PUT"]),
            Route("/control/departments/{department}/release", handlers.release, methods=["POST"]),
            Route("/records/tasks", handlers.records, methods=["GET"]),
            Route("/records/statistics", handlers.statistics, methods=["GET"]),
            *polled.routes,
        ]
    )


def _show(task: Task) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "department": task.department,
        "task_id": task.task_id,
        "case_no": task.data.get("case_no"),
        "step": task.step,
        "theme": task.data.get("theme"),
        "state": task.state.value,
        "came_by": task.came_by,
        "received_at": task.received_at.isoformat(timespec="milliseconds"),
        "withdrawn": task.withdrawn,
        "act": task.act,
        "acts": [{**done.act, "went_by": done.went_by, "callback": _callback(done.report)} for done in task.done],
        "supplements": len(task.supplemented),
        "data": task.data,
    }
    if task.report is not None:
        shown["callback"] = _callback(task.report)
    return shown


def _callback(report: Report | None) -> dict[str, Any] | None:
    """What the platform said; None while it has not."""
    return {"attempts": report.attempts, "status": report.status, "problem": report.problem} if report else None
