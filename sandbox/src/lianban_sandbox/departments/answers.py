"""What a department writes: acts, in the shape of the platform's callback.

Everything is derived from the task, so that the same task is always answered by the same act.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final

from lianban.catalog.terms import StepKind
from lianban_sandbox import documents

Act = dict[str, Any]

_SHANGHAI: Final = timezone(timedelta(hours=8))
_VALID_YEARS: Final = 5
_REASON: Final = "经审查，申请材料载明的情况与核查结果不一致，不符合“{step}”的办理条件。（沙箱示例）"
_NOT_NEEDED: Final = "“{step}”所申请的事项依法不需要取得许可。（沙箱示例）"
NOTE: Final = "与核查结果不一致，请更正。（沙箱示例）"
_TO_STOP: Final = "作出决定前依法须进行特别程序，约需{days}个工作日，所需时间不计入办理期限。（沙箱示例）"
_OUTCOME: Final = "特别程序已经完成，结果符合要求。（沙箱示例）"
_TO_EXTEND: Final = "情况复杂，须进一步核查，经批准延长{days}个工作日。（沙箱示例）"
_BASIS: Final = "《中华人民共和国行政许可法》第三十八条第二款"
_REMEDY: Final = (
    "如不服本决定，可以自收到本决定之日起六十日内依法申请行政复议，或者六个月内依法向人民法院提起行政诉讼。"
)


def accept(task: Mapping[str, Any], department: str, now: datetime) -> Act:
    """The lead department's acceptance (受理) of the whole case."""
    return _act(task, department, now, "accept", officer=_officer(department))


def grant(task: Mapping[str, Any], department: str, now: datetime, *, automatic: bool) -> Act:
    """A grant with the results the task names; a registry check's, and what is ``automatic``, by the system."""
    by_system = automatic or task.get("kind") == StepKind.VERIFY
    act = _act(task, department, now, "decide", officer=None if by_system else _officer(department))
    today = now.astimezone(_SHANGHAI).date()
    return act | {
        "decision": "granted",
        "results": [_result(task, result, today) for result in task.get("results", ())],
    }


def refuse(task: Mapping[str, Any], department: str, now: datetime) -> Act:
    """A refusal: an officer's, with reason, legal basis and remedy (行政许可法 art. 38)."""
    return _act(task, department, now, "decide", officer=_officer(department)) | {
        "decision": "refused",
        "reason": _REASON.format(step=task.get("step_name", "")),
        "legal_basis": _BASIS,
        "remedy": _REMEDY,
    }


def not_accept(task: Mapping[str, Any], department: str, now: datetime) -> Act:
    """不予受理: an officer's, with ground and reason (行政许可法 art. 32)."""
    reason = _NOT_NEEDED.format(step=task.get("step_name", ""))
    written = {"ground": "not_needed", "reason": reason, "remedy": _REMEDY}
    return _act(task, department, now, "not_accept", officer=_officer(department)) | written


def request_supplement(
    task: Mapping[str, Any], department: str, now: datetime, number: int, missing: Sequence[Mapping[str, Any]]
) -> Act:
    """一次性告知补正: everything at once (art. 32)."""
    act = _act(task, department, now, "request_supplement", officer=_officer(department), number=number)
    return act | {"missing": list(missing) or _anything(task)}


def stop(task: Mapping[str, Any], department: str, now: datetime, number: int, procedure: str, days: int) -> Act:
    """转特别程序, with what the applicant is told (art. 45)."""
    act = _act(task, department, now, "stop", officer=_officer(department), number=number)
    return act | {"procedure": procedure, "days": days, "reason": _TO_STOP.format(days=days)}


def resume(task: Mapping[str, Any], department: str, now: datetime, number: int, procedure: str) -> Act:
    act = _act(task, department, now, "resume", officer=_officer(department), number=number)
    return act | {"procedure": procedure, "outcome": _OUTCOME}


def extend(task: Mapping[str, Any], department: str, now: datetime, number: int, days: int) -> Act:
    """延长期限 (art. 42): of the step, by the head of the agency."""
    act = _act(task, department, now, "extend", officer=f"{department}-head", number=number)
    return act | {"role": "agency_head", "days": days, "reason": _TO_EXTEND.format(days=days)}


def _anything(task: Mapping[str, Any]) -> list[dict[str, str]]:
    """The first element and the first material of the task's dossier."""
    elements, materials = task.get("elements") or {}, task.get("materials") or ()
    found = [{"element": code, "note": NOTE} for code in list(elements)[:1]]
    return found + [{"material": material["code"], "note": NOTE} for material in materials[:1]]


def _act(
    task: Mapping[str, Any], department: str, now: datetime, kind: str, officer: str | None, number: int = 0
) -> Act:
    act = {
        "act_id": f"{department}-{_digest(task, f'{kind}-{number}' if number else kind)[:20]}",
        "task_id": task["task_id"],
        "kind": kind,
        "actor": "human" if officer else "system",
        "occurred_at": now.astimezone(UTC).isoformat(timespec="milliseconds"),
    }
    return act | {"officer": officer} if officer else act


def _officer(department: str) -> str:
    return f"{department}-0001"


def _result(task: Mapping[str, Any], expected: Mapping[str, Any], today: date) -> dict[str, Any]:
    result = {"code": expected["code"], "name": expected["name"]}
    if not expected["deliverable"]:
        return result  # a record: there is nothing to hand over
    name = expected["name"]
    number = f"样例〔{today.year}〕第{int(_digest(task, expected['code'])[:8], 16) % 1_000_000:06d}号"
    lines = [f"编号：{number}", f"事项：{task['step_name']}", f"办件编号：{task['case_no']}"]
    lines += [f"日期：{today:%Y年%m月%d日}", "本文件由沙箱生成，仅供演示和测试，不具有法律效力。"]
    content = base64.b64encode(documents.pdf(name, lines)).decode()
    result |= {"number": number, "file": {"name": f"{name}.pdf", "media_type": documents.PDF, "content": content}}
    if name.endswith("许可证"):
        result |= {"valid_from": today.isoformat(), "valid_until": _years_later(today, _VALID_YEARS).isoformat()}
    return result


def _years_later(day: date, years: int) -> date:
    """The day before the same date, that many years on."""
    last = 28 if day.month == 2 else day.day
    return day.replace(year=day.year + years, day=min(day.day, last)) - timedelta(days=1)


def _digest(task: Mapping[str, Any], purpose: str) -> str:
    return hashlib.sha256(f"{task['task_id']}\n{purpose}".encode()).hexdigest()
