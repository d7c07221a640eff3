"""What was found, as a table for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from lianban.commands.tables import table
from lianban_adapters.conformance.checks.catalogue import checks_of
from lianban_adapters.conformance.checks.model import OUTCOME_ZH, WEIGHT_ZH, Check, Outcome, Verdict, missed
from lianban_adapters.conformance.evidence import Evidence

_HEAD: Final = ("结果", "检验项", "名称", "要求", "所见")


@dataclass(frozen=True)
class Report:
    department: str
    kind: str
    found: Sequence[tuple[Check, Verdict]]
    evidence: Evidence

    @property
    def conforms(self) -> bool:
        return not any(missed(check, verdict) for check, verdict in self.found)

    def lines(self) -> Iterator[str]:
        rows = [
            (OUTCOME_ZH[verdict.outcome], check.id, check.name, WEIGHT_ZH[check.weight], verdict.seen)
            for check, verdict in self.found
        ]
        yield from table(_HEAD, rows)
        for outcome, title in ((Outcome.FAILED, "未通过的"), (Outcome.UNSHOWN, "未检验的")):
            of_it = [check for check, verdict in self.found if verdict.outcome is outcome]
            if of_it:
                yield from ("", f"{title}：")
            for check in of_it:
                advice = f"；{check.show}" if outcome is Outcome.UNSHOWN else ""
                yield f"  {check.id}：应为：{check.expected}{advice}（见《部门系统对接说明》“{check.where}”）"
        counts = {outcome: sum(verdict.outcome is outcome for _, verdict in self.found) for outcome in Outcome}
        told = "，".join(f"{OUTCOME_ZH[outcome]} {number}" for outcome, number in counts.items())
        yield from ("", f"{told}。{'符合对接要求。' if self.conforms else '还不符合对接要求。'}")

    def document(self) -> dict[str, Any]:
        return {
            "department": self.department,
            "kind": self.kind,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "conforms": self.conforms,
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
                    "status": one.status,
                    "problem": one.problem,
                    "errors": [fault.member() for fault in (*one.form, *one.content)],
                    "written": one.written,
                }
                for one in self.evidence.arrivals
            ],
        }


def judged(department: str, kind: str, evidence: Evidence) -> Report:
    found = [(check, check.judge(evidence)) for check in checks_of(kind)]
    return Report(department, kind, found, evidence)
