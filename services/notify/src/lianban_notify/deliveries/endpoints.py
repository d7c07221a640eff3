"""HTTP surface of deliveries: the courier's callbacks, the window, and whoever may look."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Request, Response
from pydantic import ValidationError

from lianban.platform.auth import Principal, require
from lianban.platform.openapi import SIGNED, problems, request_body
from lianban.platform.problems import Problem, field_errors
from lianban.platform.webhooks import verify
from lianban_notify.deliveries.schemas import PRINTABLE, CaseDeliveries, Collection, Stored, TrackingEvent
from lianban_notify.deliveries.tracking import Tracking

router = APIRouter(prefix="/v1")


async def tracking_of(request: Request) -> Tracking:
    tracking: Tracking = request.app.state.tracking
    return tracking


TrackingOf = Annotated[Tracking, Depends(tracking_of)]
Clerk = Annotated[Principal, Depends(require("window"))]
CaseNo = Annotated[str, Path(max_length=64, pattern=PRINTABLE, description="办件编号")]


async def looker(caller: Annotated[Principal, Depends(require("service", "operator", "supervisor", "window"))]) -> None:
    """Raises the problem 403 for whoever belongs to a department: where results go is none of its business."""
    if caller.department is not None:
        raise Problem(403, "forbidden", "没有权限", "部门不能查看送达信息。")


@router.post(
    "/courier/tracking",
    summary="快递轨迹回传",
    description="快递公司按 Standard Webhooks 签名后发送；同一 event_id 可以重发，结果相同。",
    responses=problems({401: "签名缺少、不符、过时", 404: "没有这笔送达", 409: "同一 event_id 下已有内容不同的事件"}),
    openapi_extra={"parameters": SIGNED, "requestBody": request_body(TrackingEvent)},
)
async def hear(request: Request, tracking: TrackingOf) -> Stored:
    """A parcel moved. Signed by the courier (Standard Webhooks)."""
    body = await request.body()
    verify(request.app.state.courier_secret, request.headers, body)
    try:
        event = TrackingEvent.model_validate_json(body)
    except ValidationError as invalid:
        faults = field_errors(invalid.errors(include_url=False))
        raise Problem(422, "invalid-request", "请求内容有误", f"共有 {len(faults)} 处需要更正。", faults) from None
    return await tracking.hear(event)


@router.post(
    "/deliveries/{case_no}/collected",
    summary="登记窗口领取",
    description="申请人在窗口领走了办理结果。重复登记结果相同。",
    response_description="已生效",
    responses={
        202: {"model": Stored, "description": "已收存，平台会送达办件"},
        **problems({404: "没有这笔送达", 409: "办理结果还没有送到窗口，或正在寄递途中"}),
    },
)
async def collect(
    case_no: CaseNo,
    clerk: Clerk,
    tracking: TrackingOf,
    response: Response,
    collection: Annotated[Collection | None, Body()] = None,
) -> Stored:
    """Results were handed over at the window: 200 once the case knows, 202 while it cannot be reached."""
    stored = await tracking.collect(case_no, collection.shipment if collection else None, clerk.subject)
    response.status_code = 200 if stored.status == "applied" else 202
    return stored


@router.get(
    "/deliveries/{case_no}",
    summary="送达情况",
    description="各笔送达的运单号、状态和轨迹。",
    dependencies=[Depends(looker)],
    responses=problems({403: "令牌的身份不能办理此操作，部门不能查看", 404: "没有送达记录"}),
)
async def view(case_no: CaseNo, tracking: TrackingOf) -> CaseDeliveries:
    """Waybills, states and trails of a case's shipments."""
    return await tracking.view(case_no)
