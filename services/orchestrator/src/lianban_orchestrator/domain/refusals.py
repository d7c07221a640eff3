"""Why an act is not possible, said in Chinese to whoever tried it, with the rule it is refused by. Messages hold codes
only, no personal data."""

from __future__ import annotations

from typing import Final

from lianban.clock.rules import RULE_ZH, Rule
from lianban.contracts.acts import Refusal

_MESSAGES: Final = {
    Refusal.UNKNOWN_STEP: "该办件没有环节“{step}”。",
    Refusal.FOREIGN_STEP: "环节“{step}”不由本部门办理。",
    Refusal.STEP_NOT_OPEN: "环节“{step}”不在办理中，尚未开始或已经办结。",
    Refusal.CASE_CLOSED: "该办件已经结束。",
    Refusal.ALREADY_ACCEPTED: "已经受理，无需再次受理。",
    Refusal.HUMAN_NEEDED: "该动作须由工作人员作出并写明工作人员编号，系统不得自动作出。",
    Refusal.DOCUMENT_NEEDED: "该动作须附书面说明：理由、依据，不予许可的还须告知救济途径。",
    Refusal.DECISION_NEEDED: "办结动作须写明办理结论。",
    Refusal.TOO_EARLY: "公示期未满，不得提前通过。",
    Refusal.TOO_LATE: "各环节均已办结，不能再撤回。",
    Refusal.NO_DELIVERY: "该办件没有这笔送达。",
    Refusal.ALREADY_REQUESTED: "已经告知过一次补正内容，不得再次要求补正；确有必要的，须先经督办准许。",
    Refusal.ACCEPTANCE_OVER: "已经受理，或者受理期限已过、视为受理，不得再要求补正或者不予受理。",
    Refusal.NOT_REQUESTED: "没有要求申请人补正。",
    Refusal.SUPPLEMENT_OVER: "补正期限已过，不能再补正。",
    Refusal.SUPPLEMENT_AWAITED: "正在等待申请人补正，收到补正后方可办理。",
    Refusal.MUST_BE_ACCEPTED: "申请人已按要求提交全部补正材料，应当受理，不得不予受理。",
    Refusal.STOPPED: "特别程序尚未结束，恢复计时后方可办理。",
    Refusal.NOT_STOPPED: "没有正在进行的该项特别程序。",
    Refusal.ALREADY_STOPPED: "该项特别程序已在进行中。",
    Refusal.UNKNOWN_PROCEDURE: "须写明法定的特别程序；其他法律规定的特别程序须已列入该事项的实施清单。",
    Refusal.NOTICE_NEEDED: "须书面告知申请人理由和所需时间，未告知的不停止计时、不延长期限。",
    Refusal.LENGTH_NEEDED: "须写明所需的工作日数，至少一个工作日。",
    Refusal.TOO_LONG: "超过规定的最长时间 {longest}。",
    Refusal.WRONG_ROLE: "批准人不符合规定的身份。",
    Refusal.ALREADY_EXTENDED: "已经延长过一次，不得再次延长。",
    Refusal.EXPIRED: "期限已过，不得再延长或者停止计时；须在期限届满前作出并告知。",
    Refusal.NOT_EXTENDABLE: "该时限不得延长：没有法定时限，或者不属于统一、联合、集中办理。",
    Refusal.NOT_OVERRIDABLE: "没有可以准许的例外。",
    Refusal.IN_PAST: "办理时间早于该环节开始的时间。",
    Refusal.NO_ACCEPTANCE: "公示环节没有受理、补正。",
    Refusal.NO_CLOCK: "该环节没有可以停止的时限。",
    Refusal.OLD_CALENDAR: "新的工作日历不包含办件开始计时的年份。",
}


class ActRefused(Exception):
    """An act that is not possible; the case is unchanged."""

    def __init__(self, refusal: Refusal, rule: Rule, step: str = "", longest: str = "") -> None:
        super().__init__(f"{_MESSAGES[refusal].format(step=step, longest=longest)}（{rule}，{RULE_ZH[rule]}）")
        self.refusal = refusal
        self.rule = rule
