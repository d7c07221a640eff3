"""``/guide``: public, no token needed."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from lianban.catalog.compiler import UnknownTheme
from lianban_intake.dependencies import CurrentEdition, State
from lianban_intake.guides.answer import HTML, Made, respond
from lianban_intake.guides.answers import given
from lianban_intake.guides.index import Narrowing
from lianban_intake.guides.pages import missing_page
from lianban_intake.themes.service import find

router = APIRouter(prefix="/guide", tags=["办事指南"], default_response_class=Response)


home = APIRouter()


@home.get("/", include_in_schema=False)
async def start() -> Response:
    """Whoever comes by the bare address is a person."""
    return RedirectResponse("/guide")


@router.get("", summary="全部办事指南（网页）")
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
@router.get("/{code}.json", summary="办事指南（JSON，含实施清单）")
async def data(code: str, request: Request, state: State, edition: CurrentEdition) -> Response:
    find(edition, code)
    answers = given(request.query_params.multi_items())
    return respond(request, await state.guides.data(edition, code, answers))


@router.get("/{code}.pdf", summary="标准规范（PDF，A4）")
async def document(code: str, request: Request, state: State, edition: CurrentEdition) -> Response:
    return await _shown(request, state.guides.document(edition, code))


@router.get("/{code}/poster.pdf", summary="海报（PDF，A3）")
async def poster_document(code: str, request: Request, state: State, edition: CurrentEdition) -> Response:
    return await _shown(request, state.guides.poster_document(edition, code))


@router.get("/{code}/poster", summary="大屏（网页，1920×1080）")
async def poster(code: str, request: Request, state: State, edition: CurrentEdition) -> Response:
    return await _shown(request, state.guides.poster(edition, code))


@router.get("/{code}", summary="办事指南（网页），以 q_<问题>=<选项> 回答情形引导")
async def page(code: str, request: Request, state: State, edition: CurrentEdition) -> Response:
    answers = given(request.query_params.multi_items())
    return await _shown(request, state.guides.page(edition, code, answers))


async def _shown(request: Request, making: Awaitable[Made]) -> Response:
    """For people: where there is no such theme they get a page that says so."""
    try:
        return respond(request, await making)
    except UnknownTheme:
        return respond(request, Made.of(missing_page(), HTML), 404)
