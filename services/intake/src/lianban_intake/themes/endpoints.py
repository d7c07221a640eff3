"""``/v1/themes``: public, no token needed."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from lianban.platform.openapi import problems
from lianban_intake.dependencies import UNKNOWN_THEME, CurrentEdition, ThemeCode
from lianban_intake.themes import service
from lianban_intake.themes.schemas import (
    Form,
    Situation,
    TailoredNotice,
    ThemeBrief,
    ThemeDetail,
    ThemeList,
    ThemeVersions,
)

router = APIRouter(prefix="/v1/themes", tags=["主题"])


@router.get("", summary="主题列表", description="现行目录中的全部主题。")
async def list_themes(edition: CurrentEdition) -> ThemeList:
    themes = sorted(edition.catalog.themes.values(), key=lambda theme: theme.place)
    return ThemeList(themes=tuple(ThemeBrief.of(edition.catalog, theme) for theme in themes))


@router.get(
    "/{code}",
    summary="一个主题，含情形引导",
    description="主题的简介、条件、送达方式，以及情形引导的问题和选项。",
    responses=problems(UNKNOWN_THEME),
)
async def read_theme(code: ThemeCode, edition: CurrentEdition) -> ThemeDetail:
    return ThemeDetail.of(edition.catalog, service.find(edition, code))


@router.get(
    "/{code}/versions",
    summary="一个主题已发布的各个版本",
    description="每个版本何时发布、改了什么；已收件的办件依其收件时的版本办理。",
    responses=problems({**UNKNOWN_THEME, 503: "版本记录暂不可用"}),
)
async def read_versions(code: ThemeCode, edition: CurrentEdition) -> ThemeVersions:
    return await service.published_versions(edition, code)


@router.post(
    "/{code}/notice",
    summary="一次告知",
    description="按情形计算的一次性告知：时限、条件、环节、材料、收费、依据。",
    responses=problems(UNKNOWN_THEME),
)
async def notice(code: ThemeCode, situation: Situation, edition: CurrentEdition) -> TailoredNotice:
    return TailoredNotice.of(service.compile_for(edition, code, situation))


_FORM: Final = """按情形计算的一张表、一套材料。

材料中 `elicence` 有值的，可经持证人同意从电子证照库调取（见 `prefill`）；调取不到的，与其他必交材料一样请上传。"""


@router.post("/{code}/form", summary="一表申请与一套材料", description=_FORM, responses=problems(UNKNOWN_THEME))
async def form(code: ThemeCode, situation: Situation, edition: CurrentEdition) -> Form:
    return Form.of(service.compile_for(edition, code, situation))
