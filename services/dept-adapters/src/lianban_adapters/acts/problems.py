"""Why an act or a task cannot be had, as problems (RFC 9457). What the case refuses carries the case's own words."""

from __future__ import annotations

from lianban.clock.rules import Rule
from lianban.contracts.acts import Refusal
from lianban.platform.problems import Problem


def refused(slug: str, detail: str, rule: Rule | str | None) -> Problem:
    """By the case; ``rule``: by which."""
    status = 403 if slug == Refusal.FOREIGN_STEP else 409
    return Problem(status, slug, "不能执行该办理动作", detail, extra=_named(rule))


def unknown_task() -> Problem:
    return Problem(404, "unknown-task", "没有这项任务", "没有找到该编号的任务。")


def foreign_step(rule: Rule | None = None) -> Problem:
    """``rule``: of the act that was tried, if one was."""
    return Problem(403, Refusal.FOREIGN_STEP, "不是本部门的任务", "该任务由其他部门办理。", extra=_named(rule))


def step_not_open(rule: Rule | None = None) -> Problem:
    return Problem(409, Refusal.STEP_NOT_OPEN, "任务不在办理中", "该任务已经办结或收回。", extra=_named(rule))


def _named(rule: Rule | str | None) -> dict[str, str] | None:
    return {"rule": str(rule)} if rule else None


def not_claimed() -> Problem:
    return Problem(409, "not-claimed", "任务未由您领取", "请先领取任务，再作出办理动作。")


def already_claimed() -> Problem:
    return Problem(409, "already-claimed", "任务已被领取", "该任务正由其他工作人员办理。")


def conflict() -> Problem:
    return Problem(409, "idempotency-conflict", "编号重复", "该编号已用于另一个办理动作，请更换编号。")


def unknown_department() -> Problem:
    return Problem(404, "unknown-department", "没有这个部门", "部门代码不在名录中。")
