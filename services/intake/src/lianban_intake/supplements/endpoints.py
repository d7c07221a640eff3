"""``/v1/cases/{case_no}/supplements``."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response

from lianban.platform.openapi import problems
from lianban_intake.dependencies import UNKNOWN_CASE, CaseNo, Filer, IdempotencyKey, Reader, State, source_of
from lianban_intake.supplements.schemas import SupplementAnswer, SupplementList, SupplementRequest
from lianban_intake.supplements.states import SupplementState

router = APIRouter(prefix="/v1/cases/{case_no}/supplements", tags=["补正"])

_DESCRIPTION: Final = """按一次性告知的内容补正：`form` 写更正后的表单项，`materials` 按材料列出已上传的文件
（`POST /v1/materials`）。

告知的全部内容须一次交齐，不接收告知以外的内容；每项材料请提交完整的一套文件，用以替换原来提交的。
补正内容的全部问题一次告知。

收到全部补正后，该环节自当日起重新计时。暂时不能转送办理部门的，先行收存（202），随后自动转送。"""


@router.get(
    "",
    summary="补正要求和补正记录",
    description="各环节一次性告知的补正内容和最后一天，以及已经提交的补正。",
    responses=problems({**UNKNOWN_CASE, 503: "告知的内容暂不可用"}),
)
async def supplements(case_no: CaseNo, caller: Reader, state: State) -> SupplementList:
    return await state.supplements.shown(case_no, source_of(caller))


@router.post(
    "",
    summary="提交补正",
    description=_DESCRIPTION,
    responses={
        202: {"model": SupplementAnswer, "description": "已收存，正在转送办理部门"},
        **problems({**UNKNOWN_CASE, 409: "没有要求补正、已经补正，或者办件现在不能接受", 503: "告知的内容暂不可用"}),
    },
)
async def hand_in(
    case_no: CaseNo,
    supplement: SupplementRequest,
    key: IdempotencyKey,
    caller: Filer,
    state: State,
    response: Response,
) -> SupplementAnswer:
    answer = await state.supplements.hand_in(case_no, source_of(caller), supplement, key, caller)
    if answer.state is SupplementState.PENDING:
        response.status_code = 202
    return answer
