"""Reading a task's dossier on behalf of somebody, for as long as the task is the department's business."""

from __future__ import annotations

from lianban.platform.problems import Problem
from lianban_adapters.acts.problems import step_not_open
from lianban_adapters.dossiers.client import Dossiers, DossierUnavailable
from lianban_adapters.dossiers.models import Dossier
from lianban_adapters.tasks.states import TaskState
from lianban_adapters.tasks.tables import Task


async def read_dossier(dossiers: Dossiers, task: Task, purpose: str) -> Dossier:
    """Raises the problem 409 for a task taken back, 503 when the intake cannot be asked."""
    if task.state == TaskState.WITHDRAWN:
        raise step_not_open()
    try:
        return await dossiers.fetch(task.case_no, task.step, purpose)
    except DossierUnavailable:
        headers = {"Retry-After": "5"}
        raise Problem(503, "dossier-unavailable", "暂时取不到卷宗", "请稍后再试。", headers=headers) from None
