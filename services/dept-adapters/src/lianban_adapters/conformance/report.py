"""What was found, as a table for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from lianban.commands.tables import table
from lianban_adapters.conformance.checks.catalogue import checks_of
from lianban_adapters.conformance.checks.causes import cause_of
from lianban_adapters.conformance.checks.model import OUTCOME_ZH, WEIGHT_ZH, Check, Outcome, Verdict, missed
from lianban_adapters.conformance.evidence import Cause, Evidence

_HEAD: Final = ("结果", "检验项", "名称", "要求", "所见")
_SEE_CAUSE: Final = "见“原因”"


@dataclass(frozen=True)
class Report:
    department: str
    kind: str
    found: Sequence[tuple[Check, Verdict]]
    evidence: Evidence
    cause: Cause | None = None

    @property
    def conforms(self) -> bool:
        return not any(missed(check, verdict) for check, verdict in self.found)

    def lines(self) -> Iterator[str]:
        rows = [
            (OUTCOME_ZH[verdict.outcome], check.id, check.name, WEIGHT_ZH[check.weight], verdict.seen)
            for check, verdict in self.found
        ]
        if self.cause:
            others = "其余各项" if self.evidence.halted else "要有办理动作才能检验的各项"
            yield from (f"原因：{self.cause.seen}。", f"请先解决：{self.cause.advice}。{others}因此未进行。")
        yield from table(_HEAD, rows)
        for outcome, title in ((Outcome.FAILED, "未通过的"), (Outcome.UNSHOWN, "未检验的")):
            of_it = [check for check, verdict in self.found if verdict.outcome is outcome]
            if of_it:
                yield from ("", f"{title}：")
            for check in of_it:
                advice = f"；{check.show}" if outcome is Outcome.UNSHOWN else ""
                yield f"  {check.id}：应为：{check.expected}{advice}（见《部门系统对接说明》“{check.where}”）"
        if self.evidence.leftovers:
            yield from ("", f"另有以前检验的任务 {len(self.evidence.leftovers)} 项这时才有办理动作，没有计入。")
        counts = {outcome: sum(verdict.outcome is outcome for _, verdict in self.found) for outcome in Outcome}
        told = "，".join(f"{OUTCOME_ZH[outcome]} {number}" for outcome, number in counts.items() if number)
        yield from ("", f"{told}。{'符合对接要求。' if self.conforms else '还不符合对接要求。'}")

    def document(self) -> dict[str, Any]:
        return {
            "department": self.department,
            "kind": self.kind,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "conforms": self.conforms,
            "cause": {"seen": self.cause.seen, "advice": self.cause.advice} if self.cause else None,
            "checks": [
                {
                    "id": check.id,
                    "name": check.name,
                    "weight": check.weight,
                    "outcome": verdict.outcome,
                    "expected": check.expected,
                    "seen": verdict.seen,
                    "where": check.where,
                    "show": check.show,
                }
                for check, verdict in self.found
            ],
            "messages": [
                {
                    "play": one.play,
                    "type": one.type,
                    "message_id": one.message_id,
                    "reply": one.answered.reply,
                    "reason": one.answered.reason,
                }
                for one in self.evidence.sent
            ],
            "acts": [
                {
                    "play": one.play,
                    "way": one.way,
                    "task_id": one.task_id,
                    "act_id": one.act_id,
                    "signature": one.signature,
                    "flaw": one.flaw,
                    "status": one.status,
                    "problem": one.problem,
                    "errors": [fault.member() for fault in (*one.form, *one.content)],
                    "written": one.written,
                }
                for one in self.evidence.arrivals
            ],
        }


def judged(department: str, kind: str, evidence: Evidence) -> Report:
    """Where one cause keeps checks from being made, it is told once, and they say no more than that."""
    cause = evidence.halted or cause_of(evidence)
    found = [(check, _verdict(check, evidence, cause)) for check in checks_of(kind)]
    return Report(department, kind, found, evidence, cause)


def _verdict(check: Check, evidence: Evidence, cause: Cause | None) -> Verdict:
    verdict = check.judge(evidence)
    if cause and verdict.outcome is Outcome.UNSHOWN and (evidence.halted or check.by_acts):
        return Verdict(Outcome.UNPLAYED, _SEE_CAUSE)
    return verdict
