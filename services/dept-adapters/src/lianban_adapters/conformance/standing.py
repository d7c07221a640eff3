"""How a sample task stands, and what its case would say to an act on it, word for word. Knows no dates: nothing is ever
overdue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lianban.catalog.terms import SpecialProcedureKind
from lianban.clock.rules import LONGEST_AGENCY_EXTENSION, RULE_ZH, Rule
from lianban.contracts.acts import Refusal, rule_of
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import ActKind, Decision, Role, StepState
from lianban_adapters.acts.problems import refused
from lianban_adapters.acts.submission import Submission

_DETAIL: Final = {
    Refusal.CASE_CLOSED: "该办件已经结束。",
    Refusal.STEP_NOT_OPEN: "环节“{step}”不在办理中，尚未开始或已经办结。",
    Refusal.ALREADY_ACCEPTED: "已经受理，无需再次受理。",
    Refusal.ALREADY_REQUESTED: "已经告知过一次补正内容，不得再次要求补正；确有必要的，须先经督办准许。",
    Refusal.ACCEPTANCE_OVER: "已经受理，或者受理期限已过、视为受理，不得再要求补正或者不予受理。",
    Refusal.MUST_BE_ACCEPTED: "申请人已按要求提交全部补正材料，应当受理，不得不予受理。",
    Refusal.SUPPLEMENT_AWAITED: "正在等待申请人补正，收到补正后方可办理。",
    Refusal.STOPPED: "特别程序尚未结束，恢复计时后方可办理。",
    Refusal.NOT_STOPPED: "没有正在进行的该项特别程序。",
    Refusal.ALREADY_STOPPED: "该项特别程序已在进行中。",
    Refusal.UNKNOWN_PROCEDURE: "须写明法定的特别程序；其他法律规定的特别程序须已列入该事项的实施清单。",
    Refusal.WRONG_ROLE: "批准人不符合规定的身份。",
    Refusal.ALREADY_EXTENDED: "已经延长过一次，不得再次延长。",
    Refusal.TOO_LONG: f"超过规定的最长时间 {LONGEST_AGENCY_EXTENSION} 个工作日。",
    Refusal.NOT_OVERRIDABLE: "没有可以准许的例外。",
}
_ENDED: Final = frozenset({StepState.GRANTED, StepState.REFUSED, StepState.NOT_ACCEPTED, StepState.CANCELLED})
_ACCEPTING: Final = (ActKind.ACCEPT, ActKind.NOT_ACCEPT, ActKind.REQUEST_SUPPLEMENT, ActKind.OVERRIDE)

_Reason = tuple[Refusal, Rule | None] | None
"""Why not, and by which rule if not by the act's own."""


@dataclass
class Standing:
    """``requests``, ``allowed``: how often a supplement was asked for, and may be."""

    step: str
    state: StepState = StepState.OPEN
    accepted: bool = False
    requests: int = 0
    allowed: int = 1
    extended: bool = False
    stops: set[SpecialProcedureKind] = field(default_factory=set)

    def apply(self, act: Submission) -> None:
        """Raises the problem 409 the platform would answer with."""
        if reason := self._of_case(act) if self.step == ACCEPTANCE_STEP else self._of_step(act):
            refusal, narrower = reason
            rule = narrower or rule_of(act.kind, self.step, act.decision)
            raise refused(refusal, f"{_DETAIL[refusal].format(step=self.step)}（{rule}，{RULE_ZH[rule]}）", rule)
        self._change(act)

    def supplemented(self) -> None:
        if self.state is StepState.SUPPLEMENT:
            self.state = StepState.OPEN

    def withdrawn(self) -> None:
        self.state = StepState.CANCELLED

    def _of_step(self, act: Submission) -> _Reason:
        if self.state in _ENDED:
            return Refusal.STEP_NOT_OPEN, None
        match act.kind:
            case ActKind.ACCEPT | ActKind.DECIDE:
                again = act.kind is ActKind.ACCEPT and self.accepted
                return self._waits() or ((Refusal.ALREADY_ACCEPTED, None) if again else None)
            case ActKind.STOP | ActKind.RESUME:
                return self._procedure(act)
            case ActKind.EXTEND:
                return self._extension(act)
        if act.kind is not ActKind.OVERRIDE and (waits := self._waits()):
            return waits
        if self.state is not StepState.SUPPLEMENT and self.accepted:
            return Refusal.ACCEPTANCE_OVER, Rule.ACCEPT_5
        return self._content(act)

    def _of_case(self, act: Submission) -> _Reason:
        """To be accepted by the lead department."""
        if self.state is StepState.NOT_ACCEPTED:
            return Refusal.CASE_CLOSED, None
        if act.kind not in _ACCEPTING:
            return Refusal.STEP_NOT_OPEN, None
        if self.state is StepState.SUPPLEMENT and act.kind is not ActKind.OVERRIDE:
            return Refusal.SUPPLEMENT_AWAITED, Rule.SUPPLEMENT
        if self.accepted:
            accepting = act.kind is ActKind.ACCEPT
            return Refusal.ALREADY_ACCEPTED if accepting else Refusal.ACCEPTANCE_OVER, Rule.ACCEPT_5
        return self._content(act)

    def _waits(self) -> _Reason:
        if self.state is StepState.SUPPLEMENT:
            return Refusal.SUPPLEMENT_AWAITED, Rule.SUPPLEMENT
        return (Refusal.STOPPED, Rule.STOP) if self.state is StepState.STOPPED else None

    def _content(self, act: Submission) -> _Reason:
        if act.kind is ActKind.NOT_ACCEPT and self.requests:
            return Refusal.MUST_BE_ACCEPTED, Rule.SUPPLEMENT  # whatever was asked for has come
        used_up = self.requests >= self.allowed
        if act.kind is ActKind.REQUEST_SUPPLEMENT and used_up:
            return Refusal.ALREADY_REQUESTED, None
        if act.kind is ActKind.OVERRIDE and act.role is not Role.SUPERVISOR:
            return Refusal.WRONG_ROLE, None
        if act.kind is ActKind.OVERRIDE and (act.overrides is not Rule.ONCE or not used_up):
            return Refusal.NOT_OVERRIDABLE, None
        return None

    def _procedure(self, act: Submission) -> _Reason:
        if self.state is StepState.SUPPLEMENT:
            return self._waits()
        if act.kind is ActKind.RESUME:
            return None if act.procedure in self.stops else (Refusal.NOT_STOPPED, None)
        if act.procedure is SpecialProcedureKind.OWN_LAW:
            return Refusal.UNKNOWN_PROCEDURE, None
        return (Refusal.ALREADY_STOPPED, None) if act.procedure in self.stops else None

    def _extension(self, act: Submission) -> _Reason:
        if self.state is StepState.SUPPLEMENT:
            return self._waits()
        if act.role is not Role.AGENCY_HEAD:
            return Refusal.WRONG_ROLE, None
        if self.extended:
            return Refusal.ALREADY_EXTENDED, None
        return (Refusal.TOO_LONG, None) if (act.days or 0) > LONGEST_AGENCY_EXTENSION else None

    def _change(self, act: Submission) -> None:
        match act.kind:
            case ActKind.ACCEPT:
                self.accepted = True
                if self.step == ACCEPTANCE_STEP:
                    self.state = StepState.GRANTED
            case ActKind.NOT_ACCEPT:
                self.state = StepState.NOT_ACCEPTED
            case ActKind.REQUEST_SUPPLEMENT:
                self.requests += 1
                self.state = StepState.SUPPLEMENT
            case ActKind.OVERRIDE:
                self.allowed += 1
            case ActKind.STOP if act.procedure:
                self.accepted = True
                self.stops.add(act.procedure)
                self.state = StepState.STOPPED
            case ActKind.RESUME if act.procedure:
                self.stops.discard(act.procedure)
                self.state = StepState.STOPPED if self.stops else StepState.OPEN
            case ActKind.EXTEND:
                self.extended = self.accepted = True
            case ActKind.DECIDE:
                self.state = StepState.GRANTED if act.decision is Decision.GRANTED else StepState.REFUSED
