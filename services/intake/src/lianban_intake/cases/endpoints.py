"""``/v1/applications/{case_no}``: what becomes of an application."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Response

from lianban_intake.cases import service
from lianban_intake.cases.results import ResultReader
from lianban_intake.cases.schemas import EventList, Progress, Results, Withdrawn
from lianban_intake.cases.withdrawal import Withdrawals
from lianban_intake.dependencies import Connection, CurrentEdition, Filer, IdempotencyKey, Reader, State, source_of

router = APIRouter(prefix="/v1/applications/{case_no}", tags=["办件"])

CaseNo = Annotated[str, Path(max_length=40, pattern=r"^[0-9A-Z]+$")]
Code = Annotated[str, Path(max_length=48, pattern=r"^[a-z0-9-]+$")]


@router.get("", summary="办理进度")
async def progress(case_no: CaseNo, caller: Reader, edition: CurrentEdition, connection: Connection) -> Progress:
    return await service.progress(connection, case_no, source_of(caller), edition.calendar)


@router.get("/events", summary="办理过程")
async def events(case_no: CaseNo, caller: Reader, connection: Connection) -> EventList:
    return await service.events(connection, case_no, source_of(caller))


@router.get("/results", summary="办理结果")
async def results(case_no: CaseNo, caller: Reader, state: State) -> Results:
    return await ResultReader(state.direct, state.objects).all(case_no, source_of(caller))


@router.get("/results/{step}/{code}", summary="下载结果文件", response_class=Response)
async def result_file(case_no: CaseNo, step: Code, code: Code, caller: Reader, state: State) -> Response:
    found = await ResultReader(state.direct, state.objects).file(case_no, source_of(caller), step, code)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(found.content, media_type=found.media_type, headers=headers)


@router.post("/withdraw", summary="撤回申请")
async def withdraw(case_no: CaseNo, key: IdempotencyKey, caller: Filer, state: State) -> Withdrawn:
    timeout = state.settings.update_timeout
    withdrawals = Withdrawals(state.direct, state.temporal, state.starter, state.recorder, timeout)
    return await withdrawals.withdraw(case_no, source_of(caller), key)
