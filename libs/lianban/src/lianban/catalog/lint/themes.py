"""A theme as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lianban.catalog.duration import in_working_days
from lianban.catalog.faults import Finding
from lianban.catalog.models import Catalog, Theme
from lianban.catalog.terms import HandlingMode, RefusalPolicy, StepKind

JOINT_LEGAL_DAYS: Final = 45
"""行政许可法 art. 42: unified, joint or concentrated handling."""


def duplicate_questions(catalog: Catalog, theme: Theme) -> Iterator[Finding]:
    """Two questions of one code."""
    seen: set[str] = set()
    for index, question in enumerate(theme.questions):
        if question.code in seen:
            field = ("questions", index, "code")
            yield Finding("themes", theme.code, field, f"问题 {question.code} 重复", "改用另一个代码")
        seen.add(question.code)


def lead_takes_part(catalog: Catalog, theme: Theme) -> Iterator[Finding]:
    """牵头单位 handles at least one of the theme's matters."""
    departments = {catalog.matters[step.matter].department for step in theme.steps}
    if theme.lead not in departments:
        message = f"牵头部门 {theme.lead} 不办理本主题的任何环节"
        yield Finding("themes", theme.code, ("lead",), message, f"改为其中之一：{'、'.join(sorted(departments))}")


def refusal_texts(catalog: Catalog, theme: Theme) -> Iterator[Finding]:
    """Where a refusal ends the whole case, the applicant is told why and how to appeal (行政许可法 art. 38)."""
    for index, step in enumerate(theme.steps):
        matter = catalog.matters[step.matter]
        policy = step.on_refusal or theme.policy
        if policy is RefusalPolicy.ALL and matter.kind is StepKind.DECIDE and matter.refusal_text is None:
            message = f"不予许可会终止全案，事项 {matter.code} 却没有不予许可的告知文本"
            yield Finding("themes", theme.code, ("steps", index, "matter"), message, "在事项中写 refusal_text")


def delivery_modes(catalog: Catalog, theme: Theme) -> Iterator[Finding]:
    """送达方式: at least one, none twice."""
    if not theme.delivery:
        yield Finding(
            "themes", theme.code, ("delivery",), "没有送达方式", "写明 courier、pickup、electronic 之一或几种"
        )
    for mode in dict.fromkeys(theme.delivery):
        if theme.delivery.count(mode) > 1:
            yield Finding("themes", theme.code, ("delivery",), f"送达方式 {mode} 重复", "删去其中一个")


def joint_limit(catalog: Catalog, theme: Theme) -> Iterator[Finding]:
    """L-JOINT-45 binds a case that is handled jointly."""
    if theme.handling_mode is HandlingMode.SEPARATE:
        return
    legal = theme.limit.legal
    if legal is None or in_working_days(theme.limit.unit, legal) > JOINT_LEGAL_DAYS:
        message = f"统一、联合办理的主题须有不超过 {JOINT_LEGAL_DAYS} 个工作日的法定时限"
        yield Finding("themes", theme.code, ("limit",), message, "写明 limit.legal（行政许可法第四十二条）")
