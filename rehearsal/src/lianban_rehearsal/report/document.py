"""JSON for programs: the same bytes for the same seed and input."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from lianban_rehearsal.analysis.critical import critical_path
from lianban_rehearsal.analysis.statistics import Share, Spread
from lianban_rehearsal.analysis.summary import StepFigures, Summary
from lianban_rehearsal.records import Limits, RunRecord
from lianban_rehearsal.report.subject import Subject


def document(subject: Subject, found: Summary, runs: Sequence[RunRecord]) -> str:
    plan, stage = subject.stage.plan, subject.stage
    content = {
        "theme": plan.theme,
        "name": plan.theme_name,
        "version": plan.version,
        "division": plan.division,
        "calendar": stage.calendar.version,
        "answers": dict(subject.answers),
        "start": stage.start.date().isoformat(),
        "seed": subject.seed,
        "runs": found.runs,
        "outcomes": {outcome.value: count for outcome, count in sorted(found.outcomes.items())},
        "on_time": {"promised": _share(found.promised), "legal": _share(found.legal)},
        "days": _spread(found.days),
        "days_from_receipt": _spread(found.total),
        "steps": [_step(subject, step) for step in found.steps],
        "critical_paths": [
            {"steps": list(path.steps), "runs": path.runs.hits, "share": _rounded(path.runs.value)}
            for path in found.paths
        ],
        "departments": [
            {
                "code": one.department,
                "name": subject.department_name(one.department),
                "critical_days": _rounded(one.days),
                "share": _rounded(one.share),
            }
            for one in found.departments
        ],
        "bottleneck": found.departments[0].department if found.departments else None,
        "refused_acts": dict(sorted(found.unwanted.items())),
        "typical_run": found.typical.run if found.typical else None,
        "cases": [_case(subject, run) for run in runs],
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def _step(subject: Subject, step: StepFigures) -> dict[str, Any]:
    return {
        "code": step.code,
        "name": subject.name_of(step.code),
        "department": subject.department_of(step.code),
        "basis": subject.basis_of(step.code),
        "days": _spread(step.days),
        "promised": _share(step.promised),
        "legal": _share(step.legal),
        "critical": _rounded(step.critical.value),
        "extended": step.extended,
        "supplemented": step.supplemented,
        "stopped": step.stopped,
    }


def _case(subject: Subject, run: RunRecord) -> dict[str, Any]:
    stage = subject.stage
    return {
        "run": run.run,
        "outcome": run.outcome.value,
        "days": stage.working_days(run.accepted or run.received, run.ended),
        "received": _instant(run.received),
        "accepted": _instant(run.accepted),
        "ended": _instant(run.ended),
        **_limits(run.limits),
        "critical_path": [{"step": link.step, "days": link.days} for link in critical_path(run, stage)],
        "steps": [
            {
                "code": step.code,
                "state": step.state.value,
                "began": _instant(step.began),
                "ended": _instant(step.ended),
                **_limits(step.limits),
                "waits": [
                    {
                        "for": "supplement" if wait.supplement else "procedure",
                        "from": _instant(wait.began),
                        "to": _instant(wait.ended),
                    }
                    for wait in step.waits
                ],
            }
            for step in run.steps
        ],
    }


def _limits(limits: Limits) -> dict[str, str | None]:
    return {"promised": _day(limits.promised), "legal": _day(limits.legal)}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _instant(instant: datetime | None) -> str | None:
    return instant.isoformat(timespec="minutes") if instant else None


def _spread(spread: Spread | None) -> dict[str, int] | None:
    if spread is None:
        return None
    return {"median": spread.median, "p95": spread.p95, "least": spread.least, "most": spread.most}


def _share(share: Share) -> dict[str, Any]:
    interval = share.interval
    return {
        "hits": share.hits,
        "of": share.all,
        "share": _rounded(share.value),
        "interval": [_rounded(edge) for edge in interval] if interval else None,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
