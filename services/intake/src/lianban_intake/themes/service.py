"""Themes as asked for: found, compiled for a situation, or the problem that says why not."""

from __future__ import annotations

from lianban.catalog.answers import InvalidAnswers
from lianban.catalog.compiler import Compilation, ForeignDivision, UnknownTheme
from lianban.catalog.models import Theme
from lianban.platform.problems import FieldError, Problem
from lianban_intake.themes.edition import Edition, Prepared
from lianban_intake.themes.schemas import Situation

FOREIGN_DIVISION_ZH = "区划不存在，或不在本主题的办理范围内"


def find(edition: Edition, code: str) -> Theme:
    try:
        return edition.theme(code)
    except UnknownTheme:
        raise Problem(404, "unknown-theme", "没有这个主题", "请从主题列表中选择。") from None


def compile_for(edition: Edition, code: str, situation: Situation) -> Compilation:
    """As :func:`prepare_for`."""
    return prepare_for(edition, code, situation).compilation


def prepare_for(edition: Edition, code: str, situation: Situation) -> Prepared:
    """The theme for these answers. Raises the problems 404 ``unknown-theme`` and 422 ``invalid-answers`` with every
    fault."""
    theme = find(edition, code)
    try:
        return edition.prepare(code, situation.answers, situation.division or theme.division)
    except InvalidAnswers as error:
        errors = answer_errors(error)
    except ForeignDivision:
        errors = [FieldError("/division", "foreign-division", FOREIGN_DIVISION_ZH)]
    raise Problem(422, "invalid-answers", "情形引导的回答有误", f"共有 {len(errors)} 处需要更正。", errors)


def answer_errors(error: InvalidAnswers) -> list[FieldError]:
    return [FieldError(f"/answers{fault.pointer}", fault.code, fault.message_zh) for fault in error.faults]
