"""``POST /v1/applications``."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response

from lianban.platform.openapi import problems
from lianban_intake.applications.schemas import ApplicationRequest, Receipt
from lianban_intake.applications.service import Desk
from lianban_intake.dependencies import CurrentEdition, Filer, IdempotencyKey, State, Transaction

router = APIRouter(prefix="/v1/applications", tags=["申请"])


_DESCRIPTION: Final = """`materials` 列明上传的材料（`POST /v1/materials`）和经持证人同意调取的证照，写法相同。

必交的材料缺一不可，电子证照库中有的也不例外：请先调取，调取不到的请上传；手边没有证照的，可以稍后重新调取、
上传照片或扫描件，或者到综窗办理。申请内容的全部问题一次告知。"""


@router.post(
    "",
    status_code=201,
    summary="提交申请",
    description=_DESCRIPTION,
    response_description="已收件",
    responses={
        200: {"model": Receipt, "description": "此前已收件"},
        **problems({409: "Idempotency-Key 或者来源的申请编号已用于另一份申请"}),
    },
)
async def file(
    application: ApplicationRequest,
    key: IdempotencyKey,
    caller: Filer,
    edition: CurrentEdition,
    state: State,
    transaction: Transaction,
    response: Response,
) -> Receipt:
    desk = Desk(edition, state.keyring, state.starter, state.kept_compilations, state.settings.licence_days)
    filed = await desk.file(transaction, application, key, caller)
    if not filed.new:
        response.status_code = 200
    response.headers["Location"] = filed.receipt.links.self
    return filed.receipt
