"""Supplements as applicants hand them in, and as they read what is asked of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from lianban.clock.rules import Rule
from lianban_intake.applications.schemas import Part
from lianban_intake.cases.schemas import DueDates, Shown
from lianban_intake.supplements.states import SupplementState

Files = Annotated[tuple[str, ...], Field(max_length=50)]


class SupplementRequest(Part):
    """``form``: element → its corrected value. ``materials``: material → digests of all its files, as uploaded, in
    place of those handed in before."""

    step: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,48}$")] = Field(description="要求补正的环节的代码")
    form: dict[str, Any] = Field(default_factory=dict, description="表单项的代码 → 更正后的内容")
    materials: dict[str, Files] = Field(
        default_factory=dict, max_length=50, description="材料的代码 → 全部文件的摘要，替换原来提交的"
    )


class SupplementAnswer(Shown):
    """The same whenever it is repeated, once the case has answered. ``due``: of the clock that has begun anew."""

    case_no: str
    step: str
    step_name: str
    state: SupplementState
    state_zh: str
    handed_in_at: datetime
    due: DueDates | None


class ItemAsked(Shown):
    """补正事项: an element of the form, or a material. ``note``: what is wrong and what would be right."""

    element: str | None
    material: str | None
    name: str
    note: str


class RequestShown(Shown):
    """A request the applicant has yet to answer, all of it at once. ``until``: the last day."""

    step: str
    step_name: str
    requested_at: datetime
    until: date | None
    reason: str | None
    items: tuple[ItemAsked, ...]
    text_zh: str


class MaterialHandedIn(Shown):
    material: str
    name: str
    files: int


class ElementHandedIn(Shown):
    element: str
    name: str


class HandedInShown(Shown):
    """What was handed in, without its content. ``refusal`` says why the case did not take it."""

    step: str
    step_name: str
    handed_in_at: datetime
    state: SupplementState
    state_zh: str
    elements: tuple[ElementHandedIn, ...]
    materials: tuple[MaterialHandedIn, ...]
    refusal: str | None
    rule: Rule | None


class SupplementList(Shown):
    case_no: str
    requests: tuple[RequestShown, ...]
    handed_in: tuple[HandedInShown, ...]
