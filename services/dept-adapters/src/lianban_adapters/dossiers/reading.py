"""Reading a task's dossier on behalf of somebody, for as long as the task is the department's business."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from lianban.contracts.orders import TaskOrder
from lianban.platform.problems import Problem
from lianban_adapters.acts.problems import step_not_open
from lianban_adapters.dossiers.client import Dossiers, DossierUnavailable
from lianban_adapters.dossiers.models import Dossier
from lianban_adapters.tasks.states import TaskState
from lianban_adapters.tasks.tables import Task

AFTERWARDS: Final = timedelta(days=30)
"""A department may look up what it has decided for this long."""


def is_open_to_reading(task: Task) -> bool:
    """Whether the task is, or was until lately, the department's business."""
    if task.state == TaskState.WITHDRAWN:
        return False
    return task.ended_at is None or datetime.now(UTC) - task.ended_at < AFTERWARDS


async def read_dossier(dossiers: Dossiers, task: Task, purpose: str) -> Dossier:
    """Raises the problem 409 for a task taken back, 410 for one that ended long ago, 503 when the intake cannot be
    asked."""
    if task.state == TaskState.WITHDRAWN:
        raise step_not_open()
    if not is_open_to_reading(task):
        raise closed()
    order = TaskOrder.model_validate(task.details)
    try:
        return await dossiers.fetch(task.case_no, task.step, purpose, order.documents)
    except DossierUnavailable:
        raise unavailable() from None


def closed() -> Problem:
    detail = f"任务办结满{AFTERWARDS.days}日，不再提供卷宗和材料。"
    return Problem(410, "dossier-closed", "不再提供卷宗", detail)


def unavailable() -> Problem:
    headers = {"Retry-After": "5"}
    return Problem(503, "dossier-unavailable", "暂时取不到卷宗", "请稍后再试。", headers=headers)
