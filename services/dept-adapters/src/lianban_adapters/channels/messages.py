"""Messages to a department's system. Changed by addition only: departments have built against them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Literal
from urllib.parse import quote

from pydantic import BaseModel

from lianban.contracts.events import Due
from lianban.contracts.names import task_id
from lianban.contracts.orders import TaskOrder, TaskSupplement, TaskWithdrawal
from lianban.contracts.status import CAUSE_ZH
from lianban_adapters.dossiers.models import Dossier, DossierElement, DossierLicence, DossierMaterial, DossierScope


class DueDates(BaseModel):
    """Last day of the promise and of the law, local dates; none: no such clock."""

    promised: date | None
    legal: date | None


class MaterialLink(BaseModel):
    code: str
    name: str
    url: str
    media_type: str
    digest: str
    file_name: str
    licence: DossierLicence | None


class ExpectedResult(BaseModel):
    """A result the step yields when granted. ``deliverable``: a document for the applicant, not merely a record."""

    code: str
    name: str
    deliverable: bool


class TaskData(BaseModel):
    task_id: str
    case_no: str
    step: str
    step_name: str
    kind: str
    matter: str
    theme: str
    theme_name: str
    division: str
    received_at: datetime
    due: DueDates
    results: tuple[ExpectedResult, ...]
    applicant: dict[str, Any]
    elements: dict[str, DossierElement]
    materials: tuple[MaterialLink, ...]
    scope: DossierScope


class TaskCreated(BaseModel):
    type: Literal["task.created"] = "task.created"
    timestamp: datetime
    data: TaskData


class SupplementedData(BaseModel):
    """``due`` as it counts anew; the dossier as it stands now, whole."""

    task_id: str
    case_no: str
    step: str
    received_at: datetime
    due: DueDates
    applicant: dict[str, Any]
    elements: dict[str, DossierElement]
    materials: tuple[MaterialLink, ...]


class TaskSupplemented(BaseModel):
    type: Literal["task.supplemented"] = "task.supplemented"
    timestamp: datetime
    data: SupplementedData


class WithdrawnData(BaseModel):
    task_id: str
    case_no: str
    step: str
    cause: str
    cause_zh: str


class TaskWithdrawn(BaseModel):
    type: Literal["task.withdrawn"] = "task.withdrawn"
    timestamp: datetime
    data: WithdrawnData


def task_created(task: TaskOrder, dossier: Dossier, public_url: str) -> bytes:
    identity = task_id(task.case_no, task.step)
    data = TaskData(
        task_id=identity,
        case_no=task.case_no,
        step=task.step,
        step_name=task.step_name,
        kind=task.kind,
        matter=task.matter,
        theme=task.theme,
        theme_name=task.theme_name,
        division=task.division,
        received_at=task.received_at,
        due=due_dates(task.due),
        results=expected_results(task),
        applicant=dossier.applicant,
        elements=dossier.elements,
        materials=material_links(public_url, task.department, identity, dossier.materials),
        scope=dossier.scope,
    )
    return TaskCreated(timestamp=datetime.now(UTC), data=data).model_dump_json().encode()


def task_supplemented(order: TaskSupplement, dossier: Dossier, public_url: str) -> bytes:
    identity = task_id(order.case_no, order.step)
    data = SupplementedData(
        task_id=identity,
        case_no=order.case_no,
        step=order.step,
        received_at=order.received_at,
        due=due_dates(order.due),
        applicant=dossier.applicant,
        elements=dossier.elements,
        materials=material_links(public_url, order.department, identity, dossier.materials),
    )
    return TaskSupplemented(timestamp=datetime.now(UTC), data=data).model_dump_json().encode()


def task_withdrawn(task: TaskWithdrawal) -> bytes:
    data = WithdrawnData(
        task_id=task_id(task.case_no, task.step),
        case_no=task.case_no,
        step=task.step,
        cause=task.cause,
        cause_zh=CAUSE_ZH[task.cause],
    )
    return TaskWithdrawn(timestamp=datetime.now(UTC), data=data).model_dump_json().encode()


def due_dates(due: Due | None) -> DueDates:
    return DueDates(promised=due.promised if due else None, legal=due.legal if due else None)


def expected_results(task: TaskOrder) -> tuple[ExpectedResult, ...]:
    return tuple(
        ExpectedResult(code=result.code, name=result.name, deliverable=result.deliverable) for result in task.results
    )


def material_links(
    public_url: str, department: str, task: str, materials: tuple[DossierMaterial, ...]
) -> tuple[MaterialLink, ...]:
    """The digest in a link tells the files of one material apart."""
    base = f"{public_url.rstrip('/')}/v1/departments/{quote(department)}/tasks/{quote(task)}/materials"
    return tuple(
        MaterialLink(
            code=material.code,
            name=material.name,
            url=f"{base}/{quote(material.code)}?digest={material.digest}",
            media_type=material.media_type,
            digest=material.digest,
            file_name=material.file_name,
            licence=material.licence,
        )
        for material in materials
    )
