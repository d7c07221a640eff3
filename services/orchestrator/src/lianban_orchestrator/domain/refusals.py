"""Why an act is not possible, said in Chinese to whoever tried it. Messages hold codes only, no personal data."""

from __future__ import annotations

from typing import Final

from lianban.contracts.acts import Refusal

_MESSAGES: Final = {
    Refusal.UNKNOWN_STEP: "该办件没有环节“{step}”。",
    Refusal.FOREIGN_STEP: "环节“{step}”不由本部门办理。",
    Refusal.STEP_NOT_OPEN: "环节“{step}”不在办理中，尚未开始或已经办结。",
    Refusal.CASE_CLOSED: "该办件已经结束。",
    Refusal.ALREADY_ACCEPTED: "已经受理，无需再次受理。",
    Refusal.HUMAN_NEEDED: "不予许可（办理）须由工作人员作出，系统不得自动作出（行政许可法第三十八条）。",
    Refusal.DOCUMENT_NEEDED: "不予许可（办理）须附书面决定：理由、依据和救济途径（行政许可法第三十八条）。",
    Refusal.DECISION_NEEDED: "办结动作须写明办理结论。",
    Refusal.TOO_EARLY: "公示期未满，不得提前通过。",
    Refusal.TOO_LATE: "各环节均已办结，不能再撤回。",
    Refusal.NO_DELIVERY: "该办件没有这笔送达。",
}


class ActRefused(Exception):
    """An act that is not possible; the case is unchanged."""

    def __init__(self, refusal: Refusal, step: str = "") -> None:
        super().__init__(_MESSAGES[refusal].format(step=step))
        self.refusal = refusal
