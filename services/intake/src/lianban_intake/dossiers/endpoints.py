"""``/internal/v1/cases``: for the platform's own services. Every access is logged with its purpose."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import StringConstraints

from lianban.platform.openapi import problems
from lianban_intake.dependencies import UNKNOWN_CASE, CaseNo, Service, State
from lianban_intake.dossiers.repository import Access
from lianban_intake.dossiers.schemas import DossierGiven, RecipientGiven

router = APIRouter(prefix="/internal/v1/cases/{case_no}", tags=["内部"])

Purpose = Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$", description="为何查看")]
Step = Annotated[str, Path(max_length=48, pattern=r"^[a-z0-9-]+$", description="环节的代码")]


Issued = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,48}:[0-9a-f]{64}$")]
Documents = Annotated[list[Issued], Query(max_length=50, description="先前环节的办理文书（环节:摘要），可能尚未记入")]


@router.get(
    "/steps/{step}/dossier",
    summary="环节卷宗",
    description="该环节的事项列明的表单项和材料，不多给；每次查看留有记录。",
    responses=problems({404: "没有这个办件、这个环节", 503: "先前环节的结果暂不可用"}),
)
async def dossier(
    case_no: CaseNo,
    step: Step,
    purpose: Purpose,
    caller: Service,
    state: State,
    response: Response,
    document: Documents = [],  # noqa: B006 -- FastAPI copies it
) -> DossierGiven:
    response.headers["Cache-Control"] = "no-store"
    issued = dict(item.split(":") for item in document)
    return await state.dossiers.dossier(Access(case_no, step, caller.subject, purpose), issued)


@router.get(
    "/recipient",
    summary="收件人",
    description="向谁告知、结果寄往何处；每次查看留有记录。",
    responses=problems(UNKNOWN_CASE),
)
async def recipient(
    case_no: CaseNo, caller: Service, state: State, response: Response, purpose: Purpose = "告知与送达"
) -> RecipientGiven:
    response.headers["Cache-Control"] = "no-store"
    return await state.dossiers.recipient(Access(case_no, None, caller.subject, purpose))
