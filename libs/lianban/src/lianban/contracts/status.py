"""States and kinds, with their Chinese names as applicants and officers read them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class CaseStatus(StrEnum):
    RECEIVED = "received"
    SUPPLEMENT = "supplement"  # not accepted yet: the applicant has been told at once what is missing (L-ONCE)
    IN_PROGRESS = "in_progress"
    DELIVERING = "delivering"
    COMPLETED = "completed"  # every step ended, at least one granted (see Outcome)
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NOT_ACCEPTED = "not_accepted"  # 不予受理, art. 32
    LAPSED = "lapsed"  # what was missing did not come in time (L-SUPPLEMENT)


CLOSED: Final = frozenset(
    {
        CaseStatus.COMPLETED,
        CaseStatus.REFUSED,
        CaseStatus.WITHDRAWN,
        CaseStatus.NOT_ACCEPTED,
        CaseStatus.LAPSED,
    }
)
"""Nothing more is decided. A withdrawn case may still be delivering what had been granted before."""


class Outcome(StrEnum):
    """How a case ended."""

    GRANTED = "granted"  # nothing refused
    PARTIAL = "partial"  # some granted, some refused or cancelled
    REFUSED = "refused"  # nothing granted, or policy ALL refused
    WITHDRAWN = "withdrawn"
    NOT_ACCEPTED = "not_accepted"
    LAPSED = "lapsed"


class StepState(StrEnum):
    WAITING = "waiting"  # for the steps before it
    OPEN = "open"  # with its department
    SUPPLEMENT = "supplement"  # for the applicant, who was told at once what is missing: its clock starts anew after
    STOPPED = "stopped"  # a special procedure runs (art. 45), its clock does not
    GRANTED = "granted"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    NOT_ACCEPTED = "not_accepted"
    LAPSED = "lapsed"


class ActKind(StrEnum):
    """办理动作. The comment names who does it where that is not the officer."""

    ACCEPT = "accept"
    NOT_ACCEPT = "not_accept"
    REQUEST_SUPPLEMENT = "request_supplement"
    STOP = "stop"
    RESUME = "resume"
    EXTEND = "extend"  # head of the agency (a step), head of the government (the case)
    OVERRIDE = "override"  # supervisor
    DECIDE = "decide"


class Role(StrEnum):
    """In what capacity a person acts. Absent where the act needs none beyond the officer's."""

    OFFICER = "officer"
    AGENCY_HEAD = "agency_head"  # 行政机关负责人, L-EXT-10
    GOVERNMENT_HEAD = "government_head"  # 本级人民政府负责人, L-EXT-15
    SUPERVISOR = "supervisor"  # 督办


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
HANDED_OVER: Final = frozenset(
    {DeliveryState.NOTIFIED, DeliveryState.PICKED_UP, DeliveryState.IN_TRANSIT, DeliveryState.SIGNED}
)
"""With the courier, or the pick-up notice sent: the delivery clock has ended (行政许可法 art. 44)."""


class EventKind(StrEnum):
    CASE_RECEIVED = "case.received"  # written by the intake itself, seq 0
    CASE_ACCEPTED = "case.accepted"
    CASE_DECIDED = "case.decided"
    CASE_COMPLETED = "case.completed"
    CASE_REFUSED = "case.refused"
    CASE_WITHDRAWN = "case.withdrawn"
    CASE_SUPPLEMENT_REQUESTED = "case.supplement_requested"
    CASE_SUPPLEMENT_RECEIVED = "case.supplement_received"
    CASE_NOT_ACCEPTED = "case.not_accepted"
    CASE_LAPSED = "case.lapsed"
    CASE_OVERRIDDEN = "case.overridden"
    CASE_STOPPED = "case.stopped"  # every open step is stopped: the case's clock stands still
    CASE_RESUMED = "case.resumed"
    CASE_EXTENDED = "case.extended"
    CASE_REDATED = "case.redated"
    CASE_LIGHT = "case.light"
    STEP_STARTED = "step.started"
    STEP_ACCEPTED = "step.accepted"
    STEP_DECIDED = "step.decided"
    STEP_CANCELLED = "step.cancelled"
    STEP_SUPPLEMENT_REQUESTED = "step.supplement_requested"
    STEP_SUPPLEMENT_RECEIVED = "step.supplement_received"
    STEP_NOT_ACCEPTED = "step.not_accepted"
    STEP_LAPSED = "step.lapsed"
    STEP_OVERRIDDEN = "step.overridden"
    STEP_STOPPED = "step.stopped"
    STEP_RESUMED = "step.resumed"
    STEP_EXTENDED = "step.extended"
    STEP_REDATED = "step.redated"
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
    STILL_OVERDUE = "still-overdue"  # red again, one working day later: to the supervisor
    STOP_OVERRUN = "stop-overrun"  # a special procedure takes longer than the applicant was told (L-STOP)
    TACIT_OPINION = "tacit-opinion"  # 缺席默认: an opinion not given in time counts as no objection
    NOT_SUPPLEMENTED = "not-supplemented"
    CALENDAR = "calendar"  # a date moved because a new calendar was published (clocks.md, Counting 6)


class MessageKind(StrEnum):
    ACCEPTED = "accepted"
    LIGHT = "light"  # to the responsible officer
    DECIDED = "decided"
    MAILED = "mailed"
    PICKUP = "pickup"
    FINISHED = "finished"
    WITHDRAWN = "withdrawn"
    SUPPLEMENT = "supplement"  # what is missing, told at once
    NOT_ACCEPTED = "not_accepted"
    LAPSED = "lapsed"
    STOPPED = "stopped"
    RESUMED = "resumed"
    EXTENDED = "extended"


CASE_STATUS_ZH: Final = {
    CaseStatus.RECEIVED: "已收件",
    CaseStatus.SUPPLEMENT: "待补正",
    CaseStatus.IN_PROGRESS: "办理中",
    CaseStatus.DELIVERING: "送达中",
    CaseStatus.COMPLETED: "已办结",
    CaseStatus.REFUSED: "不予许可（办理）",
    CaseStatus.WITHDRAWN: "已撤回",
    CaseStatus.NOT_ACCEPTED: "不予受理",
    CaseStatus.LAPSED: "逾期未补正，终止办理",
}
OUTCOME_ZH: Final = {
    Outcome.GRANTED: "准予",
    Outcome.PARTIAL: "部分准予",
    Outcome.REFUSED: "不予",
    Outcome.WITHDRAWN: "撤回",
    Outcome.NOT_ACCEPTED: "不予受理",
    Outcome.LAPSED: "未补正",
}
STEP_STATE_ZH: Final = {
    StepState.WAITING: "待前置环节",
    StepState.OPEN: "办理中",
    StepState.SUPPLEMENT: "待补正",
    StepState.STOPPED: "特别程序中",
    StepState.GRANTED: "准予（通过）",
    StepState.REFUSED: "不予（不通过）",
    StepState.CANCELLED: "不再办理",
    StepState.NOT_ACCEPTED: "不予受理",
    StepState.LAPSED: "未补正，终止",
}
ACT_ZH: Final = {
    ActKind.ACCEPT: "受理",
    ActKind.NOT_ACCEPT: "不予受理",
    ActKind.REQUEST_SUPPLEMENT: "一次性告知补正",
    ActKind.STOP: "转特别程序",
    ActKind.RESUME: "特别程序结束",
    ActKind.EXTEND: "延长期限",
    ActKind.OVERRIDE: "督办准许",
    ActKind.DECIDE: "办结",
}
ROLE_ZH: Final = {
    Role.OFFICER: "经办人",
    Role.AGENCY_HEAD: "部门负责人",
    Role.GOVERNMENT_HEAD: "本级政府负责人",
    Role.SUPERVISOR: "督办",
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
    MessageKind.SUPPLEMENT: "补正告知",
    MessageKind.NOT_ACCEPTED: "不予受理",
    MessageKind.LAPSED: "终止办理",
    MessageKind.STOPPED: "特别程序告知",
    MessageKind.RESUMED: "恢复计时",
    MessageKind.EXTENDED: "延期告知",
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
    EventKind.CASE_SUPPLEMENT_REQUESTED: "一次性告知补正",
    EventKind.CASE_SUPPLEMENT_RECEIVED: "收到补正",
    EventKind.CASE_NOT_ACCEPTED: "不予受理",
    EventKind.CASE_LAPSED: "逾期未补正",
    EventKind.CASE_OVERRIDDEN: "督办准许再次告知补正",
    EventKind.CASE_STOPPED: "办件停止计时",
    EventKind.CASE_RESUMED: "办件恢复计时",
    EventKind.CASE_EXTENDED: "办件延期",
    EventKind.CASE_REDATED: "办件期限重算",
    EventKind.CASE_LIGHT: "办件亮灯",
    EventKind.STEP_STARTED: "分送部门",
    EventKind.STEP_ACCEPTED: "部门受理",
    EventKind.STEP_DECIDED: "部门办结",
    EventKind.STEP_CANCELLED: "环节不再办理",
    EventKind.STEP_SUPPLEMENT_REQUESTED: "一次性告知补正",
    EventKind.STEP_SUPPLEMENT_RECEIVED: "收到补正",
    EventKind.STEP_NOT_ACCEPTED: "部门不予受理",
    EventKind.STEP_LAPSED: "逾期未补正",
    EventKind.STEP_OVERRIDDEN: "督办准许再次告知补正",
    EventKind.STEP_STOPPED: "转特别程序，停止计时",
    EventKind.STEP_RESUMED: "特别程序结束，恢复计时",
    EventKind.STEP_EXTENDED: "延长办理期限",
    EventKind.STEP_REDATED: "环节期限重算",
    EventKind.STEP_LIGHT: "环节亮灯",
    EventKind.DELIVERY_ORDERED: "安排送达",
    EventKind.DELIVERY_MOVED: "送达进展",
}
CAUSE_ZH: Final = {
    Cause.DEEMED: "逾期未告知，已视为受理",
    Cause.GATE_REFUSED: "前置环节未通过",
    Cause.ALL_REFUSED: "有环节未通过，全件终止",
    Cause.APPLICANT_WITHDREW: "申请人撤回",
    Cause.NOTICE_ENDED: "公示期满无异议",
    Cause.PROMISE_OVERDUE: "承诺时限已过",
    Cause.LEGAL_OVERDUE: "法定时限已过",
    Cause.DELIVERY: "已送达",
    Cause.STILL_OVERDUE: "仍然超期",
    Cause.STOP_OVERRUN: "特别程序超过告知的时间",
    Cause.TACIT_OPINION: "逾期未答复，视为无意见",
    Cause.NOT_SUPPLEMENTED: "申请人逾期未补正",
    Cause.CALENDAR: "工作日历调整",
}
