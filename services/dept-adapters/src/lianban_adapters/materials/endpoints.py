"""A material of a task, for its department: an officer's or a system's token that names the department."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import StreamingResponse

from lianban.platform.auth import Principal, require
from lianban.platform.objects import ObjectMissing
from lianban.platform.openapi import problems
from lianban.platform.problems import Problem
from lianban_adapters.acts.problems import unknown_task
from lianban_adapters.acts.schemas import KEY
from lianban_adapters.dossiers.reading import read_dossier
from lianban_adapters.inbox.access import visible_task
from lianban_adapters.services import Services, services

router = APIRouter()

Reader = Annotated[Principal, Depends(require("officer", "agency_head", "government_head", "department", "supervisor"))]
TaskId = Annotated[str, Path(pattern=KEY, max_length=160, description="任务编号")]
Code = Annotated[str, Path(pattern=KEY, max_length=160, description="材料的代码，见卷宗")]


@router.get(
    "/v1/departments/{department}/tasks/{task_id}/materials/{code}",
    summary="调阅材料",
    description="任务的卷宗列明的材料，答复为文件内容；每次调阅留有记录。",
    response_class=Response,
    responses=problems(
        {
            403: "令牌的身份不能办理此操作，或者不是本部门的任务",
            404: "没有这项任务，或者卷宗中没有这份材料",
            409: "任务已收回",
            410: "任务办结满 30 日，不再提供卷宗和材料",
            503: "暂时取不到卷宗",
        }
    ),
)
async def read_material(
    department: Annotated[str, Path(description="部门代码，见名录")],
    task_id: TaskId,
    code: Code,
    caller: Reader,
    own: Annotated[Services, Depends(services)],
    digest: Annotated[str | None, Query(description="一份材料有多个文件时，指明哪一个")] = None,
) -> Response:
    """Only what the dossier of this task names; the intake logs the access."""
    async with own.database.statements() as session:
        task = await visible_task(session, caller, task_id)
    if task.department != department:
        raise unknown_task()
    dossier = await read_dossier(own.dossiers, task, f"调阅材料 {code}：{caller.subject}")
    wanted = [m for m in dossier.materials if m.code == code and digest in (None, m.digest)]
    if not wanted:
        raise _unknown_material()
    content = await _begun(own.store.stream(wanted[0].digest))
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(wanted[0].file_name, safe='')}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(content, media_type=wanted[0].media_type, headers=headers)


async def _begun(content: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    """Piece by piece, never whole in memory. What is not there is known before the answer begins; where a file turns
    out damaged further on, the answer breaks off and whoever reads it knows that it is not whole."""
    try:
        first = await anext(content)
    except ObjectMissing:
        raise _unknown_material() from None

    async def whole() -> AsyncIterator[bytes]:
        async with aclosing(content):
            yield first
            async for piece in content:
                yield piece

    return whole()


def _unknown_material() -> Problem:
    return Problem(404, "unknown-material", "没有这份材料", "该任务的卷宗中没有这份材料。")
