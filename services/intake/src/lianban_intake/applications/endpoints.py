"""``POST /v1/applications``."""

from __future__ import annotations

from fastapi import APIRouter, Response

from lianban_intake.applications.schemas import ApplicationRequest, Receipt
from lianban_intake.applications.service import Desk
from lianban_intake.dependencies import CurrentEdition, Filer, IdempotencyKey, State, Transaction

router = APIRouter(prefix="/v1/applications", tags=["申请"])


@router.post("", status_code=201, summary="提交申请", responses={200: {"model": Receipt, "description": "此前已收件"}})
async def file(
    application: ApplicationRequest,
    key: IdempotencyKey,
    caller: Filer,
    edition: CurrentEdition,
    state: State,
    transaction: Transaction,
    response: Response,
) -> Receipt:
    desk = Desk(edition, state.keyring, state.starter, state.kept_compilations)
    filed = await desk.file(transaction, application, key, caller)
    if not filed.new:
        response.status_code = 200
    response.headers["Location"] = filed.receipt.links.self
    return filed.receipt
