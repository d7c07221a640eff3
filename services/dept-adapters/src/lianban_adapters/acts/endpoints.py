"""Callback of departments' systems: signed by Standard Webhooks, nothing is read before the signature holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic_core import from_json

from lianban.platform.openapi import SIGNED, request_body
from lianban.platform.problems import FieldError
from lianban.platform.webhooks import verify
from lianban_adapters.acts.openapi import callback_examples, refusals
from lianban_adapters.acts.problems import unknown_department
from lianban_adapters.acts.schemas import ActAnswer, CallbackAct
from lianban_adapters.acts.submission import of_system
from lianban_adapters.acts.validation import invalid, parse
from lianban_adapters.services import Services, services

router = APIRouter()

DepartmentCode = Annotated[str, Path(description="部门代码，见名录")]


@router.post(
    "/v1/departments/{department}/acts",
    summary="业务系统回传办理动作",
    description="按 Standard Webhooks 签名后发送，签名无误才读取；同一编号可以重发，结果相同。见《部门系统对接说明》。",
    response_model=ActAnswer,
    response_description="已生效",
    response_model_exclude_none=True,
    responses=refusals(),
    openapi_extra={"parameters": SIGNED, "requestBody": request_body(CallbackAct, callback_examples())},
)
async def receive_act(
    department: DepartmentCode, request: Request, response: Response, own: Annotated[Services, Depends(services)]
) -> ActAnswer:
    entry = own.directory.departments.get(department)
    if entry is None:
        raise unknown_department()
    body = await request.body()
    act = signed_act(entry.secret, request.headers, body)
    answer = await own.acts.take(of_system(department, act, own.keyring))
    response.status_code = answer.status
    return answer.body


def signed_act(secret: str, headers: Mapping[str, str], body: bytes) -> CallbackAct:
    """Raises the problem 401 or 422 to answer with."""
    message_id = verify(secret, headers, body)
    act = parse(CallbackAct, read_json(body), datetime.now(UTC))
    if act.act_id != message_id:
        raise invalid([FieldError("/act_id", "not-message-id", "办理动作编号应与 webhook-id 相同")])
    return act


def read_json(body: bytes) -> Any:
    """Raises the problem 422 when it is none."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        raise invalid([FieldError("", "json_invalid", "不是有效的 JSON")]) from None
