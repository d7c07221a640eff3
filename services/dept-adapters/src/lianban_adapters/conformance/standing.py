"""How a sample task stands, and what its case would say to an act on it. Knows no dates: nothing is ever overdue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lianban.catalog.terms import SpecialProcedureKind
from lianban.clock.rules import LONGEST_AGENCY_EXTENSION, Rule
from lianban.contracts.acts import Refusal, rule_of
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import ActKind, Decision, Role, StepState
from lianban.platform.problems import Problem
from lianban_adapters.acts.problems import refused
from lianban_adapters.acts.submission import Submission

_DETAIL: Final = {
    Refusal.STEP_NOT_OPEN: "环节不在办理中，尚未开始或已经办结。",
    Refusal.ALREADY_ACCEPTED: "已经受理，无需再次受理。",
    Refusal.ALREADY_REQUESTED: "已经告知过一次补正内容，不得再次要求补正；确有必要的，须先经督办准许。",
    Refusal.ACCEPTANCE_OVER: "已经受理，或者受理期限已过、视为受理，不得再要求补正或者不予受理。",
    Refusal.SUPPLEMENT_AWAITED: "正在等待申请人补正，收到补正后方可办理。",
    Refusal.STOPPED: "特别程序尚未结束，恢复计时后方可办理。",
    Refusal.NOT_STOPPED: "没有正在进行的该项特别程序。",
    Refusal.ALREADY_STOPPED: "该项特别程序已在进行中。",
    Refusal.UNKNOWN_PROCEDURE: "其他法律规定的特别程序须已列入该事项的实施清单。",
    Refusal.WRONG_ROLE: "批准人不符合规定的身份。",
    Refusal.ALREADY_EXTENDED: "已经延长过一次，不得再次延长。",
    Refusal.TOO_LONG: f"超过规定的最长时间 {LONGEST_AGENCY_EXTENSION} 个工作日。",
    Refusal.DECISION_NEEDED: "受理任务不作办结决定，请受理、不予受理或者告知补正。",
    Refusal.NOT_OVERRIDABLE: "没有可以准许的例外。",
}
_ENDED: Final = frozenset({StepState.GRANTED, StepState.REFUSED, StepState.NOT_ACCEPTED, StepState.CANCELLED})


@dataclass
class Standing:
    step: str
    state: StepState = StepState.OPEN
    accepted: bool = False
    requested: bool = False
    extended: bool = False
    stops: set[SpecialProcedureKind] = field(default_factory=set)

    def apply(self, act: Submission) -> None:
        """Raises the problem 409 the platform would answer with."""
        if refusal := self._refusal(act):
            reason, rule = refusal
            raise _refused(reason, rule or rule_of(act.kind, self.step, act.decision))
        self._change(act)

    def supplemented(self) -> None:
        if self.state is StepState.SUPPLEMENT:
            self.state = StepState.OPEN

    def withdrawn(self) -> None:
        self.state = StepState.CANCELLED

    def _refusal(self, act: Submission) -> tuple[Refusal, Rule | None] | None:
        if self.state in _ENDED:
            return Refusal.STEP_NOT_OPEN, None
        if self.state is StepState.SUPPLEMENT:
            return Refusal.SUPPLEMENT_AWAITED, Rule.SUPPLEMENT
        match act.kind:
            case ActKind.ACCEPT if self.accepted:
                return Refusal.ALREADY_ACCEPTED, None
            case ActKind.REQUEST_SUPPLEMENT | ActKind.NOT_ACCEPT if self.accepted:
                return Refusal.ACCEPTANCE_OVER, Rule.ACCEPT_5
            case ActKind.REQUEST_SUPPLEMENT if self.requested:
                return Refusal.ALREADY_REQUESTED, None
            case ActKind.STOP if act.procedure is SpecialProcedureKind.OWN_LAW:
                return Refusal.UNKNOWN_PROCEDURE, None
            case ActKind.STOP if act.procedure in self.stops:
                return Refusal.ALREADY_STOPPED, None
            case ActKind.RESUME if act.procedure not in self.stops:
                return Refusal.NOT_STOPPED, None
            case ActKind.EXTEND:
                return self._no_extension(act)
            case ActKind.OVERRIDE:
                return Refusal.NOT_OVERRIDABLE, None
            case ActKind.DECIDE if self.step == ACCEPTANCE_STEP:
                return Refusal.DECISION_NEEDED, None
            case ActKind.DECIDE if self.stops:
                return Refusal.STOPPED, Rule.STOP
        return None

    def _no_extension(self, act: Submission) -> tuple[Refusal, Rule | None] | None:
        if act.role is not Role.AGENCY_HEAD:
            return Refusal.WRONG_ROLE, None
        if self.extended:
            return Refusal.ALREADY_EXTENDED, None
        if (act.days or 0) > LONGEST_AGENCY_EXTENSION:
            return Refusal.TOO_LONG, None
        return None

    def _change(self, act: Submission) -> None:
        match act.kind:
            case ActKind.ACCEPT:
                self.accepted = True
                if self.step == ACCEPTANCE_STEP:
                    self.state = StepState.GRANTED
            case ActKind.NOT_ACCEPT:
                self.state = StepState.NOT_ACCEPTED
            case ActKind.REQUEST_SUPPLEMENT:
                self.requested, self.state = True, StepState.SUPPLEMENT
            case ActKind.STOP if act.procedure:
                self.accepted = True
                self.stops.add(act.procedure)
                self.state = StepState.STOPPED
            case ActKind.RESUME if act.procedure:
                self.stops.discard(act.procedure)
                self.state = StepState.STOPPED if self.stops else StepState.OPEN
            case ActKind.EXTEND:
                self.extended = True
            case ActKind.DECIDE:
                self.state = StepState.GRANTED if act.decision is Decision.GRANTED else StepState.REFUSED


def _refused(reason: Refusal, rule: Rule) -> Problem:
    return refused(reason, _DETAIL[reason], rule)
