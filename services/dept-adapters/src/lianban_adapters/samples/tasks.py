"""Sample tasks: one description in a file, as many tasks of it as are wanted. A department may write a file of its own,
with a matter its system knows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from stdnum.iso7064 import mod_37_36

from lianban.catalog.plan import PlanResult
from lianban.catalog.terms import StepKind
from lianban.clock.deadlines import SHANGHAI
from lianban.contracts.events import Due
from lianban.contracts.names import ACCEPTANCE_STEP, task_id
from lianban.contracts.orders import TaskOrder, TaskSupplement, TaskWithdrawal
from lianban.contracts.status import Cause
from lianban_adapters.dossiers.models import Dossier, DossierElement, DossierMaterial, DossierScope

SAMPLE_FILE: Final = Path(__file__).parent / "task.json"

_PROMISED: Final = timedelta(days=7)
_LEGAL: Final = timedelta(days=28)
_CALENDAR: Final = "sample"


class SampleUnusable(Exception):
    """The file of a sample task cannot be read. Says what is wrong, in Chinese."""


class _Material(BaseModel):
    """``file``: where its content lies, from the description's folder."""

    model_config = ConfigDict(extra="forbid")

    code: str
    name: str
    file_name: str
    media_type: str
    file: str


class _Description(BaseModel):
    """Fields are those of ``task.created``. ``wanting``: code of a material that is left out to show a supplement."""

    model_config = ConfigDict(extra="forbid")

    step: str = Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")
    step_name: str
    kind: StepKind
    matter: str
    theme: str = Field(pattern=r"^[A-Z][0-9]{1,2}$")
    theme_name: str
    division: str = Field(pattern=r"^[0-9]{6,12}$")
    results: tuple[PlanResult, ...]
    applicant: dict[str, Any]
    elements: dict[str, DossierElement]
    materials: tuple[_Material, ...]
    scope: DossierScope
    wanting: str | None = None


@dataclass(frozen=True)
class SampleTask:
    """``files`` by digest."""

    order: TaskOrder
    dossier: Dossier
    files: Mapping[str, bytes]

    @property
    def task_id(self) -> str:
        return task_id(self.order.case_no, self.order.step)

    def supplement(self, received_at: datetime) -> TaskSupplement:
        return TaskSupplement(
            key=f"{self.task_id}:supplement:1",
            case_no=self.order.case_no,
            step=self.order.step,
            department=self.order.department,
            received_at=received_at,
            due=_due(received_at),
        )

    def withdrawal(self) -> TaskWithdrawal:
        return TaskWithdrawal(
            key=f"{self.task_id}:withdrawn",
            case_no=self.order.case_no,
            step=self.order.step,
            department=self.order.department,
            cause=Cause.APPLICANT_WITHDREW,
        )


class Sampler:
    """Makes tasks for one department. ``file``: the description."""

    def __init__(self, department: str, file: Path = SAMPLE_FILE) -> None:
        """Raises :class:`SampleUnusable`."""
        self._department = department
        try:
            self._sample = _Description.model_validate_json(file.read_bytes())
            self._contents = {one.code: (file.parent / one.file).read_bytes() for one in self._sample.materials}
        except ValidationError as error:
            places = "、".join("/".join(map(str, fault["loc"])) or "全文" for fault in error.errors())
            raise SampleUnusable(f"样例任务的文件有误：{places}") from None
        except OSError as error:
            raise SampleUnusable(f"无法读取样例任务的文件：{error.filename}") from None

    @property
    def files(self) -> Mapping[str, bytes]:
        """By digest."""
        return {hashlib.sha256(one).hexdigest(): one for one in self._contents.values()}

    def made(self, task: str) -> bool:
        """Whether this is the id of a task of this description, whichever run it was made for."""
        case_no, _, step = task.rpartition(":")
        body = rf"{self._sample.division[:6]}{self._sample.theme}[0-9]{{15}}[0-9A-Z]"
        known = step in (self._sample.step, ACCEPTANCE_STEP) and re.fullmatch(body, case_no)
        return bool(known) and mod_37_36.is_valid(case_no)

    def task(self, sequence: int, received_at: datetime) -> SampleTask:
        """``sequence``: of the case on its day, 7 digits at the most."""
        sample = self._sample
        body = f"{sample.division[:6]}{sample.theme}{received_at.astimezone(SHANGHAI):%Y%m%d}{sequence:07d}"
        case_no = body + str(mod_37_36.calc_check_digit(body))
        order = TaskOrder(
            key=task_id(case_no, sample.step),
            case_no=case_no,
            department=self._department,
            received_at=received_at,
            due=_due(received_at),
            **sample.model_dump(
                include={"step", "step_name", "kind", "matter", "theme", "theme_name", "division", "results"}
            ),
        )
        materials = tuple(
            DossierMaterial(
                code=one.code,
                name=one.name,
                digest=hashlib.sha256(self._contents[one.code]).hexdigest(),
                media_type=one.media_type,
                file_name=one.file_name,
            )
            for one in sample.materials
        )
        dossier = Dossier(elements=sample.elements, materials=materials, applicant=sample.applicant, scope=sample.scope)
        return SampleTask(order, dossier, self.files)

    def incomplete(self, task: SampleTask) -> SampleTask:
        """Without the material that is wanting."""
        left = tuple(one for one in task.dossier.materials if one.code != self._sample.wanting)
        return replace(task, dossier=task.dossier.model_copy(update={"materials": left}))

    def large(self, task: SampleTask, size: int) -> SampleTask:
        """With an element of ``size`` bytes of Chinese text."""
        text = "样例长文本，" * (size // len("样例长文本，".encode()))
        element = DossierElement(name="经营方案", value=text, text=text)
        elements = {**task.dossier.elements, "business_plan": element}
        return replace(task, dossier=task.dossier.model_copy(update={"elements": elements}))

    def acceptance(self, task: SampleTask) -> SampleTask:
        """To be accepted as a whole case: what a lead department is asked."""
        update = {
            "key": task_id(task.order.case_no, ACCEPTANCE_STEP),
            "step": ACCEPTANCE_STEP,
            "step_name": "受理",
            "results": (),
        }
        return replace(task, order=task.order.model_copy(update=update))


def _due(received_at: datetime) -> Due:
    """Days of a sample: no calendar is asked."""
    day = received_at.astimezone(SHANGHAI).date()
    return Due(promised=day + _PROMISED, legal=day + _LEGAL, calendar_version=_CALENDAR)
