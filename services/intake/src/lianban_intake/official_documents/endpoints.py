"""``/v1/cases/{case_no}/documents``, and the same for the platform's own services, where every access is logged."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response

from lianban.platform.openapi import problems
from lianban_intake.dependencies import UNKNOWN_CASE, CaseNo, Reader, Service, State, source_of
from lianban_intake.dossiers.repository import Access
from lianban_intake.official_documents.schemas import DocumentGiven, DocumentList
from lianban_intake.official_documents.service import OfficialPdf

router = APIRouter(prefix="/v1/cases/{case_no}/documents", tags=["文书"])
internal = APIRouter(prefix="/internal/v1/cases/{case_no}/documents/{seq}", tags=["内部"])

_UNKNOWN: Final = {404: "没有这个办件、这份文书，或者记录尚未到达"}
_NOT_NOW: Final = {**_UNKNOWN, 503: "文书暂不可用"}

Seq = Annotated[int, Path(ge=0, le=2_147_483_647, description="文书所告知的事项在办件过程中的序号")]
Purpose = Annotated[str, Query(min_length=1, max_length=180, pattern=r"^[^\x00-\x1f]+$", description="为何查看")]


@router.get(
    "",
    summary="文书目录",
    description="办件的各份文书：名称、文号、日期和下载地址。",
    responses=problems(UNKNOWN_CASE),
)
async def documents(case_no: CaseNo, caller: Reader, state: State) -> DocumentList:
    return await state.documents.all_of(case_no, source_of(caller))


@router.get(
    "/{seq}",
    summary="下载文书（PDF）",
    description="答复为 PDF 文件。",
    response_class=Response,
    responses=problems(_NOT_NOW),
)
async def document(case_no: CaseNo, seq: Seq, caller: Reader, state: State) -> Response:
    return _answer(await state.documents.pdf(case_no, seq, source_of(caller)))


@internal.get("", summary="文书名称和文号", description="每次查看留有记录。", responses=problems(_UNKNOWN))
async def given(
    case_no: CaseNo, seq: Seq, purpose: Purpose, caller: Service, state: State, response: Response
) -> DocumentGiven:
    response.headers["Cache-Control"] = "no-store"
    return await state.documents.given(Access(case_no, None, caller.subject, purpose), seq)


@internal.get(
    "/pdf",
    summary="文书（PDF）",
    description="答复为 PDF 文件；每次查看留有记录。",
    response_class=Response,
    responses=problems(_NOT_NOW),
)
async def given_pdf(case_no: CaseNo, seq: Seq, purpose: Purpose, caller: Service, state: State) -> Response:
    return _answer(await state.documents.pdf_for(Access(case_no, None, caller.subject, purpose), seq))


def _answer(pdf: OfficialPdf) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(pdf.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(pdf.content, media_type="application/pdf", headers=headers)
