"""What an operator reads in the Temporal UI: the case as a Chinese Markdown table (current details). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from lianban.clock.deadlines import SHANGHAI
from lianban.clock.limits import Light
from lianban.contracts.events import Due
from lianban.contracts.status import CASE_STATUS_ZH, DELIVERY_ZH, OUTCOME_ZH, STEP_STATE_ZH, StepState
from lianban_orchestrator.domain.machine import CaseMachine
from lianban_orchestrator.domain.steps import Step

_LIGHT: Final = {Light.NONE: "—", Light.GREEN: "绿", Light.YELLOW: "**黄**", Light.RED: "**红**"}


def details_of(machine: CaseMachine, troubles: Sequence[str] = ()) -> str:
    """The whole case at a glance: state, deadlines, whom it waits for, and a row for each step."""
    plan = machine.plan
    state = CASE_STATUS_ZH[machine.status]
    if machine.outcome is not None:
        state += f"（{OUTCOME_ZH[machine.outcome]}）"
    lines = [
        f"**{plan.theme_name}**（{plan.theme}）　{plan.division_name}　牵头：{plan.lead_department_name}",
        "",
        f"状态：**{state}**　亮灯：{_LIGHT[machine.light]}　受理：{_moment(machine.accepted_at)}",
        "",
        f"时限：{_limits(machine.due)}",
        "",
        f"等待：{_waiting_for(machine)}",
        "",
        "| 环节 | 部门 | 状态 | 灯 | 开始 | 承诺期限 | 法定期限 | 办结 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [_row(step) for step in machine.steps.values()]
    for shipment in machine.shipments.shipped:
        names = "、".join(result.name for result in shipment.results) or "办理结果告知"
        lines += ["", f"送达 {shipment.number}：{DELIVERY_ZH[shipment.state]}　{names}　{_limits(shipment.clock.due)}"]
    lines += [f"\n⚠ 未办成，需运维处理：{trouble}" for trouble in troubles]
    return "\n".join(lines)


def _waiting_for(machine: CaseMachine) -> str:
    names = [s.plan.department_name for s in machine.steps.values() if s.state is StepState.OPEN]
    if machine.accepted_at is None:
        names = [f"{machine.plan.lead_department_name}（受理）"]
    if not names and not machine.closed:
        return "送达"
    return "、".join(dict.fromkeys(names)) or "—"


def _row(step: Step) -> str:
    due = step.clock.due if step.clock else None
    cells = [
        step.plan.name,
        step.plan.department_name,
        STEP_STATE_ZH[step.state],
        _LIGHT[step.light],
        _moment(step.started_at),
        f"{due.promised:%m-%d}" if due else "—",
        f"{due.legal:%m-%d}" if due and due.legal else "—",
        _moment(step.ended_at),
    ]
    return "| " + " | ".join(cells) + " |"


def _limits(due: Due | None) -> str:
    if due is None:
        return ""
    provisional = "（暂定日历）" if due.provisional else ""
    return f"承诺：{_day(due.promised)}　法定：{_day(due.legal)}{provisional}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else "—"


def _moment(instant: datetime | None) -> str:
    return f"{instant.astimezone(SHANGHAI):%m-%d %H:%M}" if instant else "—"
