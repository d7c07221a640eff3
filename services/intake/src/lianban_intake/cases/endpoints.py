"""``/v1/applications/{case_no}``: what becomes of an application."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Response

from lianban.platform.openapi import problems
from lianban_intake.cases import service
from lianban_intake.cases.results import ResultReader
from lianban_intake.cases.schemas import EventList, Progress, Results, Withdrawn
from lianban_intake.cases.withdrawal import Withdrawals
from lianban_intake.dependencies import (
    UNKNOWN_CASE,
    CaseNo,
    Connection,
    CurrentEdition,
    Filer,
    IdempotencyKey,
    Reader,
    State,
    source_of,
)

router = APIRouter(prefix="/v1/applications/{case_no}", tags=["办件"])

Step = Annotated[str, Path(max_length=48, pattern=r"^[a-z0-9-]+$", description="环节的代码")]
Code = Annotated[str, Path(max_length=48, pattern=r"^[a-z0-9-]+$", description="结果的代码")]


@router.get(
    "",
    summary="办理进度",
    description="办件和各环节现在的状态、亮灯，各个时限：最后一天、已用和剩余的工作日、停止计时和变动的原因。",
    responses=problems(UNKNOWN_CASE),
)
async def progress(case_no: CaseNo, caller: Reader, edition: CurrentEdition, connection: Connection) -> Progress:
    return await service.progress(connection, case_no, source_of(caller), edition.calendar)


@router.get(
    "/events",
    summary="办理过程",
    description="从收件起发生的每一件事，先后有序；代码旁为中文。",
    responses=problems(UNKNOWN_CASE),
)
async def events(case_no: CaseNo, caller: Reader, connection: Connection) -> EventList:
    return await service.events(connection, case_no, source_of(caller))


@router.get(
    "/results",
    summary="办理结果",
    description="各环节的决定；不予许可的，写明理由、依据和救济途径。",
    responses=problems({**UNKNOWN_CASE, 503: "办理结果暂不可用"}),
)
async def results(case_no: CaseNo, caller: Reader, state: State) -> Results:
    return await ResultReader(state.direct, state.objects).all(case_no, source_of(caller))


@router.get(
    "/results/{step}/{code}",
    summary="下载结果文件",
    description="答复为文件内容。",
    response_class=Response,
    responses=problems({404: "没有这个办件、这个结果，或者尚未办结", 503: "办理结果暂不可用"}),
)
async def result_file(case_no: CaseNo, step: Step, code: Code, caller: Reader, state: State) -> Response:
    found = await ResultReader(state.direct, state.objects).file(case_no, source_of(caller), step, code)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(found.content, media_type=found.media_type, headers=headers)


@router.post(
    "/withdraw",
    summary="撤回申请",
    description="尚有环节没有决定的，可以撤回；此前准予的仍然有效。用同一 Idempotency-Key 重发，结果相同。",
    responses=problems({**UNKNOWN_CASE, 409: "办件已经结束，或者不能撤回", 503: "暂时无法办理，请用同一键再试"}),
)
async def withdraw(case_no: CaseNo, key: IdempotencyKey, caller: Filer, state: State) -> Withdrawn:
    timeout = state.settings.update_timeout
    withdrawals = Withdrawals(state.direct, state.temporal, state.starter, state.recorder, timeout)
    return await withdrawals.withdraw(case_no, source_of(caller), key)
