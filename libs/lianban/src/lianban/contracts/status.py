"""States and kinds, with their Chinese names as applicants and officers read them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class CaseStatus(StrEnum):
    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    DELIVERING = "delivering"
    COMPLETED = "completed"  # every step ended, at least one granted (see Outcome)
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """How a case ended."""

    GRANTED = "granted"  # nothing refused
    PARTIAL = "partial"  # some granted, some refused or cancelled
    REFUSED = "refused"  # nothing granted, or policy ALL refused
    WITHDRAWN = "withdrawn"


class StepState(StrEnum):
    WAITING = "waiting"  # for the steps before it
    OPEN = "open"  # with its department
    GRANTED = "granted"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class ActKind(StrEnum):
    ACCEPT = "accept"
    DECIDE = "decide"


class Decision(StrEnum):
    GRANTED = "granted"
    REFUSED = "refused"


class ActorKind(StrEnum):
    HUMAN = "human"
    SYSTEM = "system"


class DeliveryState(StrEnum):
    """Of a parcel, a pick-up or an electronic delivery."""

    ORDERED = "ordered"
    NOTIFIED = "notified"  # pick-up notice sent
    PICKED_UP = "picked_up"  # handed to the courier: the delivery clock ends (art. 44)
    IN_TRANSIT = "in_transit"
    SIGNED = "signed"
    RETURNED = "returned"


DELIVERY_RANK: Final = {
    DeliveryState.RETURNED: 0,
    DeliveryState.ORDERED: 1,
    DeliveryState.NOTIFIED: 2,
    DeliveryState.PICKED_UP: 3,
    DeliveryState.IN_TRANSIT: 4,
    DeliveryState.SIGNED: 5,
}
"""How far a delivery has come: a case's delivery is as far as its least advanced shipment."""


class EventKind(StrEnum):
    CASE_RECEIVED = "case.received"  # written by the intake itself, seq 0
    CASE_ACCEPTED = "case.accepted"
    CASE_DECIDED = "case.decided"
    CASE_COMPLETED = "case.completed"
    CASE_REFUSED = "case.refused"
    CASE_WITHDRAWN = "case.withdrawn"
    CASE_LIGHT = "case.light"
    STEP_STARTED = "step.started"
    STEP_ACCEPTED = "step.accepted"
    STEP_DECIDED = "step.decided"
    STEP_CANCELLED = "step.cancelled"
    STEP_LIGHT = "step.light"
    DELIVERY_ORDERED = "delivery.ordered"
    DELIVERY_MOVED = "delivery.moved"


class Cause(StrEnum):
    """Why something happened that nobody did directly: code of an event or of a task's withdrawal."""

    DEEMED = "deemed"  # accepted by silence, L-ACCEPT-5
    GATE_REFUSED = "gate-refused"
    ALL_REFUSED = "all-refused"
    APPLICANT_WITHDREW = "applicant-withdrew"
    NOTICE_ENDED = "notice-ended"  # public notice over without objection
    PROMISE_OVERDUE = "promise-overdue"
    LEGAL_OVERDUE = "legal-overdue"
    DELIVERY = "delivery"  # the light is the delivery clock's


class MessageKind(StrEnum):
    ACCEPTED = "accepted"
    LIGHT = "light"  # to the responsible officer
    DECIDED = "decided"
    MAILED = "mailed"
    PICKUP = "pickup"
    FINISHED = "finished"
    WITHDRAWN = "withdrawn"


CASE_STATUS_ZH: Final = {
    CaseStatus.RECEIVED: "已收件",
    CaseStatus.IN_PROGRESS: "办理中",
    CaseStatus.DELIVERING: "送达中",
    CaseStatus.COMPLETED: "已办结",
    CaseStatus.REFUSED: "不予许可（办理）",
    CaseStatus.WITHDRAWN: "已撤回",
}
OUTCOME_ZH: Final = {
    Outcome.GRANTED: "准予",
    Outcome.PARTIAL: "部分准予",
    Outcome.REFUSED: "不予",
    Outcome.WITHDRAWN: "撤回",
}
STEP_STATE_ZH: Final = {
    StepState.WAITING: "待前置环节",
    StepState.OPEN: "办理中",
    StepState.GRANTED: "准予（通过）",
    StepState.REFUSED: "不予（不通过）",
    StepState.CANCELLED: "不再办理",
}
LIGHT_ZH: Final = {"none": "—", "green": "绿灯", "yellow": "黄灯", "red": "红灯"}
MESSAGE_ZH: Final = {
    MessageKind.ACCEPTED: "受理",
    MessageKind.LIGHT: "亮灯",
    MessageKind.DECIDED: "办理结果",
    MessageKind.MAILED: "已寄出",
    MessageKind.PICKUP: "领取",
    MessageKind.FINISHED: "办结",
    MessageKind.WITHDRAWN: "撤回",
}
DELIVERY_ZH: Final = {
    DeliveryState.ORDERED: "已下单",
    DeliveryState.NOTIFIED: "已通知领取",
    DeliveryState.PICKED_UP: "已揽收",
    DeliveryState.IN_TRANSIT: "运输中",
    DeliveryState.SIGNED: "已签收",
    DeliveryState.RETURNED: "已退回",
}
EVENT_ZH: Final = {
    EventKind.CASE_RECEIVED: "收件",
    EventKind.CASE_ACCEPTED: "受理",
    EventKind.CASE_DECIDED: "全部环节办结",
    EventKind.CASE_COMPLETED: "办结",
    EventKind.CASE_REFUSED: "不予许可（办理）",
    EventKind.CASE_WITHDRAWN: "申请人撤回",
    EventKind.CASE_LIGHT: "办件亮灯",
    EventKind.STEP_STARTED: "分送部门",
    EventKind.STEP_ACCEPTED: "部门受理",
    EventKind.STEP_DECIDED: "部门办结",
    EventKind.STEP_CANCELLED: "环节不再办理",
    EventKind.STEP_LIGHT: "环节亮灯",
    EventKind.DELIVERY_ORDERED: "安排送达",
    EventKind.DELIVERY_MOVED: "送达进展",
}
