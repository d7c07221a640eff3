"""``/guide``: public, no token needed."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from lianban.catalog.compiler import UnknownTheme
from lianban.platform.openapi import Responses, problems
from lianban_intake.dependencies import UNKNOWN_THEME, CurrentEdition, State, ThemeCode
from lianban_intake.guides.answer import HTML, Made, respond
from lianban_intake.guides.answers import given
from lianban_intake.guides.index import Narrowing
from lianban_intake.guides.pages import missing_page
from lianban_intake.themes.service import find

router = APIRouter(prefix="/guide", tags=["办事指南"], default_response_class=Response)


home = APIRouter()

_BUSY: Final = {503: "查看办事指南的人较多，请稍后再试"}
_KNOWN: Final[Responses] = {304: {"description": "与 If-None-Match 所指的相同"}}
_INDEX: Final[Responses] = {**_KNOWN, **problems(_BUSY)}
_DATA: Final[Responses] = {**_KNOWN, **problems({**UNKNOWN_THEME, **_BUSY})}
_PAGE: Final[Responses] = {**_INDEX, 404: {"description": "没有这个主题（网页）"}}


@home.get("/", include_in_schema=False)
async def start() -> Response:
    """Whoever comes by the bare address is a person."""
    return RedirectResponse("/guide")


@router.get("", summary="全部办事指南（网页）", description="可以搜索、筛选。", responses=_INDEX)
async def index(
    request: Request,
    state: State,
    edition: CurrentEdition,
    q: Annotated[str, Query(description="搜索词，以空格分隔")] = "",
    area: Annotated[str, Query(description="领域")] = "",
    stage: Annotated[str, Query(description="阶段")] = "",
    audience: Annotated[str, Query(description="服务对象")] = "",
) -> Response:
    return respond(request, await state.guides.index(edition, Narrowing(q, area, stage, audience)))


# The longer paths first: {code} would take them for a theme's code.
@router.get(
    "/{code}.json",
    summary="办事指南（JSON，含实施清单）",
    description="供程序读取；以 q_<问题>=<选项> 回答情形引导。",
    responses=_DATA,
)
async def data(code: ThemeCode, request: Request, state: State, edition: CurrentEdition) -> Response:
    find(edition, code)
    answers = given(request.query_params.multi_items())
    return respond(request, await state.guides.data(edition, code, answers))


@router.get("/{code}.pdf", summary="标准规范（PDF，A4）", description="供打印、存档。", responses=_PAGE)
async def document(code: ThemeCode, request: Request, state: State, edition: CurrentEdition) -> Response:
    return await _shown(request, state.guides.document(edition, code))


@router.get("/{code}/poster.pdf", summary="海报（PDF，A3）", description="供张贴。", responses=_PAGE)
async def poster_document(code: ThemeCode, request: Request, state: State, edition: CurrentEdition) -> Response:
    return await _shown(request, state.guides.poster_document(edition, code))


@router.get("/{code}/poster", summary="大屏（网页，1920×1080）", description="供大厅屏幕。", responses=_PAGE)
async def poster(code: ThemeCode, request: Request, state: State, edition: CurrentEdition) -> Response:
    return await _shown(request, state.guides.poster(edition, code))


@router.get(
    "/{code}",
    summary="办事指南（网页）",
    description="以 q_<问题>=<选项> 回答情形引导，页面随之按情形计算。",
    responses=_PAGE,
)
async def page(code: ThemeCode, request: Request, state: State, edition: CurrentEdition) -> Response:
    answers = given(request.query_params.multi_items())
    return await _shown(request, state.guides.page(edition, code, answers))


async def _shown(request: Request, making: Awaitable[Made]) -> Response:
    """For people: where there is no such theme they get a page that says so."""
    try:
        return respond(request, await making)
    except UnknownTheme:
        return respond(request, Made.of(missing_page(), HTML), 404)
