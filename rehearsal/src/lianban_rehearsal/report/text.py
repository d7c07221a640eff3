"""Lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lianban.catalog.wording import legal_zh, promised_zh
from lianban.clock.limits import TimeLimit
from lianban.commands.tables import table
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import OUTCOME_ZH
from lianban_rehearsal.analysis.statistics import Share, Spread
from lianban_rehearsal.analysis.summary import StepFigures, Summary
from lianban_rehearsal.report.subject import Subject

_PATHS: Final = 5
_TOLD: Final = 0.05
"""Working days: less than this on the critical path is not told."""

_DOING_ZH: Final = {"ask": "告知补正", "stop": "转特别程序", "extend": "延长期限"}


def lines(subject: Subject, found: Summary) -> Iterator[str]:
    plan = subject.stage.plan
    start = f"{subject.stage.start:%Y-%m-%d}"
    yield f"{plan.theme} {plan.theme_name}　{plan.division_name}　自 {start} 起　演练 {found.runs} 次"
    outcomes = "，".join(f"{OUTCOME_ZH[outcome]} {count}" for outcome, count in sorted(found.outcomes.items()))
    yield f"结果：{outcomes}"
    if found.days is None:
        yield "没有一次作出决定，无法统计时间"
        return
    yield f"按承诺办结：{_share(found.promised)}"
    yield f"全程不超法定时限：{_share(found.legal)}"
    limits = f"承诺 {promised_zh(plan.limit)}，法定 {legal_zh(plan.limit) or '无'}"
    yield f"办件（自受理起）：{_spread(found.days)}；{limits}"
    if found.total != found.days and found.total is not None:
        yield f"办件（自收件起）：{_spread(found.total)}"
    head = ("环节", "部门", "承诺", "法定", "中位", "95%", "按承诺", "按法定", "在关键路径", "依据")
    yield from table(head, [_row(subject, step) for step in found.steps], right=range(4, 9))
    yield ""
    yield "关键路径（决定办件长短的一串环节）："
    for path in found.paths[:_PATHS]:
        yield f"  {_percent(path.runs)}  {' → '.join(subject.name_of(code) for code in path.steps)}"
    if len(found.paths) > _PATHS:
        yield f"  另有 {len(found.paths) - _PATHS} 种"
    first, *others = found.departments
    held = f"平均占关键路径 {first.days:.1f} 个工作日（{first.share:.0%}）"
    yield f"瓶颈部门：{subject.department_name(first.department)}，{held}"
    if others := [one for one in others if one.days >= _TOLD]:
        told = (f"{subject.department_name(one.department)} {one.days:.1f}（{one.share:.0%}）" for one in others)
        yield f"其次：{'，'.join(told)}"
    yield from _interruptions(subject, found)


def _row(subject: Subject, step: StepFigures) -> tuple[str, ...]:
    limit = _limit(subject, step.code)
    return (
        subject.name_of(step.code),
        subject.department_of(step.code),
        promised_zh(limit),
        legal_zh(limit) or "—",
        str(step.days.median) if step.days else "—",
        str(step.days.p95) if step.days else "—",
        _percent(step.promised),
        _percent(step.legal),
        _percent(step.critical),
        subject.basis_of(step.code),
    )


def _limit(subject: Subject, code: str) -> TimeLimit | None:
    plan = subject.stage.plan
    return plan.acceptance_limit if code == ACCEPTANCE_STEP else plan.step(code).limit


def _interruptions(subject: Subject, found: Summary) -> Iterator[str]:
    for step in found.steps:
        counted = (("补正", step.supplemented), ("特别程序", step.stopped), ("延期", step.extended))
        told = [f"{name} {count} 次" for name, count in counted if count]
        if told:
            yield f"{subject.name_of(step.code)}：{'，'.join(told)}"
    for act, count in sorted(found.unwanted.items()):
        doing, _, refusal = act.partition(":")
        yield f"被办件拒绝、没有发生的动作：{_DOING_ZH[doing]} {count} 次（{refusal}）"


def _spread(spread: Spread) -> str:
    return f"中位 {spread.median} 个工作日，95% 在 {spread.p95} 个以内（最短 {spread.least}，最长 {spread.most}）"


def _percent(share: Share) -> str:
    return "—" if share.value is None else f"{share.value:.0%}"


def _share(share: Share) -> str:
    if share.value is None or share.interval is None:
        return "—（没有这一时限）"
    low, high = share.interval
    return f"{share.value:.1%}（95% 置信区间 {low:.0%} 至 {high:.0%}）"
