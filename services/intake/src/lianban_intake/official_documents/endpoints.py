"""``/v1/cases/{case_no}/documents``, and the same for the platform's own services, where every access is logged."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response

from lianban_intake.dependencies import Reader, Service, State, source_of
from lianban_intake.dossiers.repository import Access
from lianban_intake.official_documents.schemas import DocumentGiven, DocumentList
from lianban_intake.official_documents.service import OfficialPdf

router = APIRouter(prefix="/v1/cases/{case_no}/documents", tags=["文书"])
internal = APIRouter(prefix="/internal/v1/cases/{case_no}/documents/{seq}", tags=["内部"])

CaseNo = Annotated[str, Path(max_length=40, pattern=r"^[0-9A-Z]+$")]
Seq = Annotated[int, Path(ge=0, le=2_147_483_647, description="文书所告知的事项在办件过程中的序号")]
Purpose = Annotated[str, Query(min_length=1, max_length=180, pattern=r"^[^\x00-\x1f]+$", description="为何查看")]


@router.get("", summary="文书目录")
async def documents(case_no: CaseNo, caller: Reader, state: State) -> DocumentList:
    return await state.documents.all_of(case_no, source_of(caller))


@router.get("/{seq}", summary="下载文书（PDF）", response_class=Response)
async def document(case_no: CaseNo, seq: Seq, caller: Reader, state: State) -> Response:
    return _answer(await state.documents.pdf(case_no, seq, source_of(caller)))


@internal.get("", summary="文书名称和文号")
async def given(
    case_no: CaseNo, seq: Seq, purpose: Purpose, caller: Service, state: State, response: Response
) -> DocumentGiven:
    response.headers["Cache-Control"] = "no-store"
    return await state.documents.given(Access(case_no, None, caller.subject, purpose), seq)


@internal.get("/pdf", summary="文书（PDF）", response_class=Response)
async def given_pdf(case_no: CaseNo, seq: Seq, purpose: Purpose, caller: Service, state: State) -> Response:
    return _answer(await state.documents.pdf_for(Access(case_no, None, caller.subject, purpose), seq))


def _answer(pdf: OfficialPdf) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(pdf.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(pdf.content, media_type="application/pdf", headers=headers)
