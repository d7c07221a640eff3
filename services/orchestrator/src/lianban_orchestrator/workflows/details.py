"""What an operator reads in the Temporal UI: the case as a Chinese Markdown table (current details). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

from lianban.clock.deadlines import SHANGHAI
from lianban.clock.limits import Light
from lianban.contracts.events import Due
from lianban.contracts.status import CASE_STATUS_ZH, DELIVERY_ZH, OUTCOME_ZH, STEP_STATE_ZH, CaseStatus, StepState
from lianban_orchestrator.domain.clocks import RunningClock
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.steps import Step

_LIGHT: Final = {Light.NONE: "—", Light.GREEN: "绿", Light.YELLOW: "**黄**", Light.RED: "**红**"}


def details_of(machine: CaseMachine, now: datetime, troubles: Sequence[str] = ()) -> str:
    """The whole case at a glance: state, deadlines, whom it waits for, a row for each step, and why a date moved.

    ``now``: used and left working days are of that instant, the last at which anything happened to the case.
    """
    plan = machine.plan
    state = CASE_STATUS_ZH[machine.status]
    if machine.outcome is not None:
        state += f"（{OUTCOME_ZH[machine.outcome]}）"
    lines = [
        f"**{plan.theme_name}**（{plan.theme}）　{plan.division_name}　牵头：{plan.lead_department_name}",
        "",
        f"状态：**{state}**　亮灯：{_LIGHT[machine.light]}　受理：{_moment(machine.accepted_at)}",
        "",
        f"时限：{_clock(machine.case_clock or machine.acceptance_clock, now)}"
        + ("" if machine.case_clock else "（受理期限）"),
        "",
        f"等待：{_waiting_for(machine)}",
        "",
        "| 环节 | 部门 | 状态 | 灯 | 开始 | 承诺期限 | 法定期限 | 已用/剩余 | 办结 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_row(step, now) for step in machine.steps.values()]
    clocks = [("办件", machine.case_clock or machine.acceptance_clock)]
    clocks += [(step.plan.name, step.clock) for step in machine.steps.values() if step.clock]
    lines += [f"\n{name}：{note}" for name, clock in clocks for note in _moved(clock)]
    for shipment in machine.shipments.shipped:
        names = "、".join(result.name for result in shipment.results) or "办理结果告知"
        lines += ["", f"送达 {shipment.number}：{DELIVERY_ZH[shipment.state]}　{names}　{_clock(shipment.clock, now)}"]
    lines += [f"\n⚠ 未办成，需运维处理：{trouble}" for trouble in troubles]
    return "\n".join(lines)


def _waiting_for(machine: CaseMachine) -> str:
    steps = machine.steps.values()
    names = [s.plan.department_name for s in steps if s.state in (StepState.OPEN, StepState.STOPPED)]
    if machine.status is CaseStatus.RECEIVED:
        names = [f"{machine.plan.lead_department_name}（受理）"]
    until = [machine.supplements.until] if machine.status is CaseStatus.SUPPLEMENT else []
    until += [step.supplements.until for step in steps if step.state is StepState.SUPPLEMENT]
    names += [f"申请人（补正，至 {day.day}）" for day in until if day is not None]
    if not names and not machine.closed:
        return "送达"
    return "、".join(dict.fromkeys(names)) or "—"


def _row(step: Step, now: datetime) -> str:
    due = step.clock.due if step.clock else None
    stopped = "停止计时" if step.clock and due is None else "—"
    cells = [
        step.plan.name,
        step.plan.department_name,
        STEP_STATE_ZH[step.state],
        _LIGHT[step.light],
        _moment(step.started_at),
        f"{due.promised:%m-%d}" if due else stopped,
        f"{due.legal:%m-%d}" if due and due.legal else "—",
        _used(step.clock, step.ended_at or now) if step.clock else "—",
        _moment(step.ended_at),
    ]
    return "| " + " | ".join(cells) + " |"


def _used(clock: RunningClock, at: datetime) -> str:
    """Working days used, and left of the promise: negative once it is broken."""
    used = clock.used(at)
    left = clock.left(at)
    return f"{used}/{left}" if left is not None else f"{used}/—"


def _moved(clock: RunningClock) -> Iterator[str]:
    """Why its dates are not those of the start."""
    facts = clock.facts
    for stop in facts.stops:
        planned = f"，预计至 {stop.planned}" if stop.planned and stop.ended is None else ""
        yield f"{stop.reason}，{stop.began} 起" + (f"，{stop.ended} 止" if stop.ended else planned)
        if stop.ended == facts.started:
            yield f"补正齐全，自 {facts.started} 重新计时"
    if facts.extension:
        yield f"延长 {facts.extension} 个工作日"
    if facts.promised_floor or facts.legal_floor:
        yield "工作日历更新，期限重算"


def _clock(clock: RunningClock | None, now: datetime) -> str:
    if clock is None:
        return ""
    due = clock.due
    if due is None:
        return "停止计时"
    provisional = "（暂定日历）" if due.provisional else ""
    moved = f"　延长 {clock.facts.extension} 个工作日" if clock.facts.extension else ""
    return f"{_limits(due)}{provisional}　已用/剩余工作日：{_used(clock, now)}{moved}"


def _limits(due: Due | None) -> str:
    return f"承诺：{_day(due.promised)}　法定：{_day(due.legal)}" if due else "停止计时"


def _day(day: date | None) -> str:
    return day.isoformat() if day else "—"


def _moment(instant: datetime | None) -> str:
    return f"{instant.astimezone(SHANGHAI):%m-%d %H:%M}" if instant else "—"
