"""Tasks as officers see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from lianban.contracts.documents import ActDocument
from lianban.contracts.orders import TaskOrder
from lianban_adapters.acts.states import ACT_STATE_ZH, ActState
from lianban_adapters.acts.tables import Act
from lianban_adapters.channels.messages import (
    CAUSE_ZH,
    DueDates,
    ExpectedResult,
    MaterialLink,
    due_dates,
    expected_results,
    material_links,
)
from lianban_adapters.dossiers.models import Dossier, DossierElement
from lianban_adapters.tasks.states import TASK_STATE_ZH, TaskState
from lianban_adapters.tasks.tables import Task


class TaskItem(BaseModel):
    """One line of the list. ``reason``: why it needs a person, or why it has not reached the system."""

    task_id: str
    case_no: str
    step: str
    step_name: str
    kind: str
    matter: str
    theme: str
    theme_name: str
    division: str
    department: str
    state: TaskState
    state_zh: str
    channel: str
    reason: str | None
    received_at: datetime
    due: DueDates
    results: tuple[ExpectedResult, ...]
    claimed_by: str | None
    claimed_at: datetime | None
    ended_at: datetime | None
    cause: str | None
    cause_zh: str | None


class TaskList(BaseModel):
    """``next``: give it as ``after`` to get what follows; none at the end."""

    tasks: list[TaskItem]
    next: str | None


class OfficerDossier(BaseModel):
    applicant: dict[str, Any]
    elements: dict[str, DossierElement]
    materials: tuple[MaterialLink, ...]


class TaskAct(BaseModel):
    """What has been done on a task, by whom, and what became of it."""

    act_id: str
    kind: str
    actor: str
    officer: str | None
    decision: str | None
    occurred_at: datetime
    state: ActState
    state_zh: str
    detail: str | None
    document: ActDocument | None


class TaskDetail(TaskItem):
    """``dossier`` is absent for a task taken back or long ended: the department has no business with it any more."""

    dossier: OfficerDossier | None
    acts: list[TaskAct]


def task_item(task: Task) -> TaskItem:
    order = TaskOrder.model_validate(task.details)
    return TaskItem(
        task_id=task.id,
        case_no=task.case_no,
        step=task.step,
        step_name=order.step_name,
        kind=order.kind,
        matter=order.matter,
        theme=order.theme,
        theme_name=order.theme_name,
        division=order.division,
        department=task.department,
        state=TaskState(task.state),
        state_zh=TASK_STATE_ZH[TaskState(task.state)],
        channel=task.channel,
        reason=task.reason,
        received_at=order.received_at,
        due=due_dates(order),
        results=expected_results(order),
        claimed_by=task.claimed_by,
        claimed_at=task.claimed_at,
        ended_at=task.ended_at,
        cause=task.cause,
        cause_zh={cause.value: text for cause, text in CAUSE_ZH.items()}.get(task.cause or ""),
    )


def officer_dossier(task: Task, dossier: Dossier, public_url: str) -> OfficerDossier:
    return OfficerDossier(
        applicant=dossier.applicant,
        elements=dossier.elements,
        materials=material_links(public_url, task.department, task.id, dossier.materials),
    )


def task_act(act: Act, document: ActDocument | None) -> TaskAct:
    return TaskAct(
        act_id=act.act_id,
        kind=act.kind,
        actor=act.actor,
        officer=act.officer,
        decision=act.decision,
        occurred_at=act.occurred_at,
        state=ActState(act.state),
        state_zh=ACT_STATE_ZH[ActState(act.state)],
        detail=act.detail,
        document=document,
    )
