"""实施清单: a matter under the names by which platforms exchange it (GB/T 39554, up_task_* tables).

Only what the catalogue knows is told. Terms are written out in Chinese and not as numbers of a code list: the lists
differ between platforms, and whoever sends to one maps the words to its numbers. Yes and no are "1" and "0", as
everywhere. See docs/decisions/0006-guides.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from lianban.catalog.materials import stricter
from lianban.catalog.models import Catalog, LegalBasis, MaterialUse, Matter, Theme
from lianban.catalog.terms import DeliveryMode
from lianban.catalog.wording import (
    AUDIENCE_ZH,
    MATERIAL_FORM_ZH,
    MATERIAL_SOURCE_ZH,
    USE_LEVEL_ZH,
    basis_zh,
    legal_zh,
    promised_zh,
    special_procedure_zh,
)
from lianban.clock.limits import TimeLimit, Unit

_UNIT_ZH: Final = {Unit.WORKING_DAYS: "工作日", Unit.NATURAL_DAYS: "自然日", Unit.INSTANT: "工作日"}
_NONE_ZH: Final = "无"


class Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class TaskMaterial(Record):
    """One row of up_task_material. ``page_num`` counts copies (份)."""

    order_num: int
    material_name: str
    is_need: str
    material_type: str
    material_format: str
    page_num: int
    source_type: str
    source_explain: str | None
    accept_stand: str | None
    by_law: str | None


class TaskFee(Record):
    """One row of up_task_fee_project. ``desc_explain``: who is let off."""

    fee_name: str
    fee_stand: str
    by_law: str
    desc_explain: str | None


class Task(Record):
    """实施清单 of one matter. ``catalog_code`` and ``task_code`` are None until the city has been given them;
    ``local_task_code`` is the code of this catalogue. Days are None where there is no limit."""

    task_name: str
    catalog_code: str | None
    task_code: str | None
    local_task_code: str
    by_law: str
    accept_condition: str
    dept_code: str
    dept_name: str
    use_level: str
    server_type: str
    project_type: str
    anticipate_day: int | None
    anticipate_type: str | None
    anticipate_explain: str | None
    promise_day: int | None
    promise_type: str | None
    promise_explain: str
    special_procedure: str
    is_fee: str
    fee_basis: str | None
    limit_scene_num: int
    is_express: str
    transact_addr: str | None
    link_way: str | None
    other_dept: str | None
    result_name: str
    materials: tuple[TaskMaterial, ...] = Field(serialization_alias="material")
    fees: tuple[TaskFee, ...] = Field(serialization_alias="fee_project")


def task_records(catalog: Catalog, theme: Theme) -> tuple[Task, ...]:
    """A record for each matter of the theme, in the order of its steps."""
    matters = dict.fromkeys(step.matter for step in theme.steps)
    return tuple(task_record(catalog, theme, catalog.matters[code]) for code in matters)


def task_record(catalog: Catalog, theme: Theme, matter: Matter) -> Task:
    department = catalog.departments[matter.department]
    limit = matter.limit
    return Task(
        task_name=matter.name,
        catalog_code=matter.catalog_code,
        task_code=matter.task_code,
        local_task_code=matter.code,
        by_law=_laws(matter.basis) or _NONE_ZH,
        accept_condition=_numbered(matter.conditions) or _NONE_ZH,
        dept_code=department.code,
        dept_name=department.name,
        use_level=USE_LEVEL_ZH[matter.use_level],
        server_type=AUDIENCE_ZH[theme.audience],
        project_type="即办件" if limit is not None and limit.unit is Unit.INSTANT else "承诺件",
        anticipate_day=limit.legal if limit is not None else None,
        anticipate_type=_unit(limit) if limit is not None and limit.legal is not None else None,
        anticipate_explain=legal_zh(limit),
        promise_day=limit.promised if limit is not None else None,
        promise_type=_unit(limit),
        promise_explain=promised_zh(limit),
        special_procedure=_numbered([special_procedure_zh(item) for item in matter.special_procedures]) or _NONE_ZH,
        is_fee=_flag(any(fee.amount for fee in matter.fees)),
        fee_basis=_laws(basis for fee in matter.fees for basis in fee.basis) or None,
        limit_scene_num=matter.visits,
        is_express=_flag(
            DeliveryMode.COURIER in theme.delivery and any(result.deliverable for result in matter.results)
        ),
        transact_addr=department.window,
        link_way=department.phone,
        other_dept=_others(catalog, theme, matter),
        result_name="；".join(result.name for result in matter.results) or _NONE_ZH,
        materials=tuple(_material(catalog, order, use) for order, use in enumerate(matter.materials, 1)),
        fees=tuple(
            TaskFee(
                fee_name=fee.name,
                fee_stand=f"{fee.amount:f}元/{fee.unit}",
                by_law=_laws(fee.basis),
                desc_explain=fee.note,
            )
            for fee in matter.fees
        ),
    )


def _material(catalog: Catalog, order: int, use: MaterialUse) -> TaskMaterial:
    material = catalog.materials[use.material]
    return TaskMaterial(
        order_num=order,
        material_name=material.name,
        is_need=_flag(use.required),
        material_type=MATERIAL_FORM_ZH[stricter(material.form, *([use.form] if use.form else []))],
        material_format="、".join(material.formats),
        page_num=use.copies,
        source_type=MATERIAL_SOURCE_ZH[material.source],
        source_explain=material.issuer,
        accept_stand=use.standard,
        by_law=_laws(use.basis) or None,
    )


def _others(catalog: Catalog, theme: Theme, matter: Matter) -> str | None:
    """联办机构: the other departments of the theme."""
    codes = dict.fromkeys(catalog.matters[step.matter].department for step in theme.steps)
    names = [catalog.departments[code].name for code in codes if code != matter.department]
    return "、".join(names) or None


def _unit(limit: TimeLimit | None) -> str | None:
    return None if limit is None else _UNIT_ZH[limit.unit]


def _laws(basis: Iterable[LegalBasis]) -> str:
    return "；".join(dict.fromkeys(basis_zh(basis)))


def _numbered(texts: Iterable[str]) -> str:
    found = tuple(texts)
    return found[0] if len(found) == 1 else "\n".join(f"{number}.{text}" for number, text in enumerate(found, 1))


def _flag(yes: bool) -> str:
    return "1" if yes else "0"
