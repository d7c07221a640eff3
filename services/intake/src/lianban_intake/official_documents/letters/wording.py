"""Dates, deadlines and laws, as official documents put them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from lianban.catalog.plan import PlanStep
from lianban.catalog.wording import promised_zh
from lianban.clock.calendar import WEEKDAYS
from lianban.clock.deadlines import FLOOR_REASON, SkippedDay
from lianban.contracts.events import Due
from lianban_intake.official_documents.record import CaseRecord

REMEDY: Final = (
    "如不服本文书，可以自收到之日起六十日内依法申请行政复议，或者自收到之日起六个月内依法向人民法院提起行政诉讼。"
)
"""行政复议法 art. 20, 行政诉讼法 art. 46. Where the department's own statement names no way to appeal."""

_WEEKEND: Final = WEEKDAYS[5:]


def zh_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def licensing_law(article: str) -> str:
    """The catalogue does not say which matters are licences: the law is cited for those that are."""
    return f"《中华人民共和国行政许可法》{article}（不属于行政许可的事项，依照其自身的规定）"


def about(record: CaseRecord) -> str:
    """What was applied for: the theme, and the step where the document is about one. Quotation marks do not nest."""
    theme = f"“{record.plan.theme_name.replace('“', '‘').replace('”', '’')}”"
    return f"{theme}中的“{record.step.name}”" if record.step else theme


def dates_zh(due: Due | None, when: str = "") -> tuple[tuple[str, str | None], ...]:
    """Rows of a clock's dates; ``when`` (原, 新) tells which they are where there are two."""
    if due is None:
        return ()
    legal = zh_date(due.legal) if due.legal else None
    return ((f"{when}承诺办结日期", zh_date(due.promised)), (f"{when}法定办结日期", legal))


def counted_zh(due: Due | None) -> str | None:
    """How the promised day was counted, as far as the event tells it."""
    if due is None:
        return None
    parts = []
    if due.started:
        parts.append(f"自{zh_date(due.started)}起算，当日不计入")
    if due.trace:
        parts.append(f"不计入的日子：{skipped_zh(due.trace)}")
    parts.append(f"按工作日历 {due.calendar_version} 计算")
    if due.provisional:
        parts.append("涉及放假安排尚未公布的年份，公布后可能调整")
    return "；".join(parts) + "。"


def skipped_zh(days: Iterable[SkippedDay]) -> str:
    """Days off by their reason, weekends together."""
    weekend = 0
    floored = False
    spans: dict[str, list[date]] = {}
    for skipped in days:
        if skipped.reason in _WEEKEND:
            weekend += 1
        elif skipped.reason == FLOOR_REASON:
            floored = True
        else:
            spans.setdefault(skipped.reason, []).append(skipped.day)
    parts = [f"周六、周日共{weekend}天"] if weekend else []
    parts += [f"{reason}（{_span_zh(found)}）" for reason, found in spans.items()]
    if floored:
        parts.append(FLOOR_REASON)
    return "、".join(parts)


def steps_zh(steps: Iterable[PlanStep]) -> str:
    return "；".join(f"{step.name}（{step.department_name}，{promised_zh(step.limit)}）" for step in steps)


def _span_zh(days: list[date]) -> str:
    first, last = min(days), max(days)
    if first == last:
        return f"{first.month}月{first.day}日"
    return f"{first.month}月{first.day}日至{last.month}月{last.day}日，共{len(days)}天"
