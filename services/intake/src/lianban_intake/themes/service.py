"""Themes as asked for: found, compiled for a situation, or the problem that says why not."""

from __future__ import annotations

import asyncio
import logging

from lianban.catalog.answers import InvalidAnswers
from lianban.catalog.compiler import Compilation, ForeignDivision, UnknownTheme
from lianban.catalog.index import theme_index
from lianban.catalog.models import Theme
from lianban.platform.problems import FieldError, Problem
from lianban.publishing.files import StoreDamaged
from lianban_intake.themes.edition import Edition, Prepared
from lianban_intake.themes.schemas import Situation, ThemeVersions

_log = logging.getLogger(__name__)

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


async def published_versions(edition: Edition, code: str) -> ThemeVersions:
    """Raises the problems 404 ``unknown-theme`` and, where the store was damaged since or is out of reach, 503
    ``unavailable``."""
    find(edition, code)
    try:
        found = await asyncio.to_thread(edition.versions.of, code) if edition.versions else ()
    except (StoreDamaged, OSError) as error:
        faults = error.faults if isinstance(error, StoreDamaged) else [str(error)]
        _log.error("published versions cannot be read", extra={"theme": code, "faults": faults})
        raise Problem(
            503, "unavailable", "版本记录暂不可用", "请稍后再试；现行版本照常办理。", headers={"Retry-After": "30"}
        ) from None
    return ThemeVersions(theme=code, version=theme_index(edition.catalog, code).version, versions=found)


def answer_errors(error: InvalidAnswers) -> list[FieldError]:
    return [FieldError(f"/answers{fault.pointer}", fault.code, fault.message_zh) for fault in error.faults]
