"""Tasks as officers see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from lianban.contracts.documents import ActDocument
from lianban.contracts.orders import TaskOrder
from lianban.contracts.status import ACT_ZH, CAUSE_ZH, STEP_STATE_ZH, ActKind, StepState
from lianban_adapters.acts.states import ACT_STATE_ZH, ActState
from lianban_adapters.acts.tables import Act
from lianban_adapters.channels.messages import (
    DueDates,
    ExpectedResult,
    MaterialLink,
    expected_results,
    material_links,
)
from lianban_adapters.dossiers.models import Dossier, DossierElement, DossierScope
from lianban_adapters.tasks.standing import Pause
from lianban_adapters.tasks.states import TASK_STATE_ZH, TaskState
from lianban_adapters.tasks.tables import Task


class TaskItem(BaseModel):
    """任务列表的一项。"""

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
    step_state: StepState = Field(
        description="任务办结以前，环节在办件中的状态：open 办理中，supplement 待补正，stopped 特别程序中"
    )
    step_state_zh: str
    pauses: tuple[Pause, ...] = Field(description="正在等待的：原因、开始日、计划的最后一天")
    channel: str
    reason: str | None = Field(description="为何需要人工办理，或者为何尚未送达业务系统")
    received_at: datetime
    due: DueDates = Field(description="承诺、法定时限的最后一天；等待期间停止计时，为空")
    results: tuple[ExpectedResult, ...]
    claimed_by: str | None
    claimed_at: datetime | None
    ended_at: datetime | None
    cause: str | None
    cause_zh: str | None


class TaskList(BaseModel):
    """任务列表的一页。"""

    tasks: list[TaskItem]
    next: str | None = Field(description="作为 after 再次请求，得到下一页；为空则没有")


class OfficerDossier(BaseModel):
    applicant: dict[str, Any]
    elements: dict[str, DossierElement]
    materials: tuple[MaterialLink, ...]
    scope: DossierScope = Field(description="本环节可以要求补正的全部表单项、材料的代码，包括没有填写、提交的")


class TaskAct(BaseModel):
    """办理动作：谁作出的，结果如何。"""

    act_id: str
    kind: ActKind
    kind_zh: str
    actor: str
    officer: str | None
    role: str | None = Field(description="批准人的身份")
    decision: str | None
    procedure: str | None = Field(description="特别程序")
    days: int | None = Field(description="工作日数")
    overrides: str | None = Field(description="准许突破的规则")
    occurred_at: datetime
    state: ActState
    state_zh: str
    detail: str | None = Field(description="未被接受的原因")
    rule: str | None = Field(description="未被接受所依据的规则")
    document: ActDocument | None


class TaskDetail(TaskItem):
    """任务详情。"""

    dossier: OfficerDossier | None = Field(description="卷宗；任务收回后，或办结满 30 日后，不再提供")
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
        step_state=StepState(task.step_state),
        step_state_zh=STEP_STATE_ZH[StepState(task.step_state)],
        pauses=tuple(Pause.model_validate(pause) for pause in task.pauses),
        channel=task.channel,
        reason=task.reason,
        received_at=order.received_at,
        due=DueDates(promised=task.due, legal=task.legal_due),
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
        scope=dossier.scope,
    )


def task_act(act: Act, document: ActDocument | None) -> TaskAct:
    return TaskAct(
        act_id=act.act_id,
        kind=ActKind(act.kind),
        kind_zh=ACT_ZH[ActKind(act.kind)],
        actor=act.actor,
        officer=act.officer,
        role=act.role,
        decision=act.decision,
        procedure=act.procedure,
        days=act.days,
        overrides=act.overrides,
        occurred_at=act.occurred_at,
        state=ActState(act.state),
        state_zh=ACT_STATE_ZH[ActState(act.state)],
        detail=act.detail,
        rule=act.rule,
        document=document,
    )
