"""Why a date moved, from when to when, in Chinese. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from lianban.catalog.wording import SPECIAL_PROCEDURE_ZH
from lianban.contracts.status import EVENT_ZH, ROLE_ZH, EventKind, Role
from lianban_intake.cases.schemas import LastDays, MoveReason, MoveShown
from lianban_intake.events.moves import Days, Move

_STOPPED: Final = "因特别程序{procedure}停止计时{planned}"
_REQUESTED: Final = "告知申请人补正，停止计时，应于{until}前（含当日）补正"
_RECEIVED: Final = "收到全部补正材料，自收到之日起重新计时"
_EXTENDED: Final = "经{head}批准，延长{days}个工作日"
_REDATED: Final = "工作日历有新的安排，期限重新计算"

_TEXTS: Final = {
    EventKind.STEP_STOPPED: (MoveReason.STOP, _STOPPED),
    EventKind.STEP_RESUMED: (MoveReason.STOP, "特别程序{procedure}结束"),
    EventKind.CASE_STOPPED: (MoveReason.STOP, "在办环节全部停止计时，办件停止计时"),
    EventKind.CASE_RESUMED: (MoveReason.STOP, "办件恢复计时"),
    EventKind.STEP_SUPPLEMENT_REQUESTED: (MoveReason.SUPPLEMENT, _REQUESTED),
    EventKind.STEP_SUPPLEMENT_RECEIVED: (MoveReason.SUPPLEMENT, _RECEIVED),
    EventKind.CASE_SUPPLEMENT_REQUESTED: (MoveReason.SUPPLEMENT, _REQUESTED),
    EventKind.CASE_SUPPLEMENT_RECEIVED: (MoveReason.SUPPLEMENT, _RECEIVED),
    EventKind.STEP_EXTENDED: (MoveReason.EXTENSION, _EXTENDED),
    EventKind.CASE_EXTENDED: (MoveReason.EXTENSION, _EXTENDED),
    EventKind.STEP_REDATED: (MoveReason.CALENDAR, _REDATED),
    EventKind.CASE_REDATED: (MoveReason.CALENDAR, _REDATED),
}


def shown(seq: int, move: Move) -> MoveShown:
    reason, text = _TEXTS.get(move.kind, (None, EVENT_ZH[move.kind]))
    return MoveShown(
        seq=seq,
        at=move.at,
        kind=move.kind,
        reason=reason,
        text_zh="；".join([text.format(**_values(move)), *_dates(move)]) + "。",
        was=_last_days(move.was),
        due=_last_days(move.due),
    )


def day_zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _values(move: Move) -> dict[str, str]:
    until = day_zh(move.until) if move.until else ""
    head = Role.GOVERNMENT_HEAD if move.kind is EventKind.CASE_EXTENDED else Role.AGENCY_HEAD
    return {
        "procedure": f"“{SPECIAL_PROCEDURE_ZH[move.procedure]}”" if move.procedure else "",
        "days": str(move.days or 0),
        "until": until,
        "planned": f"，预计{move.days}个工作日，至{until}" if move.days and move.until else "",
        "head": ROLE_ZH[head],
    }


def _dates(move: Move) -> Iterator[str]:
    was, due = move.was, move.due
    if due is None:
        if was is not None:
            legal = f"，法定期限为{day_zh(was.legal)}" if was.legal else ""
            yield f"此前承诺期限为{day_zh(was.promised)}{legal}，恢复计时后另行计算"
        return
    yield _moved("承诺期限", was.promised if was else None, due.promised)
    if due.legal is not None:
        yield _moved("法定期限", was.legal if was else None, due.legal)


def _moved(name: str, was: date | None, due: date) -> str:
    if was is None:
        return f"{name}为{day_zh(due)}"
    return f"{name}仍为{day_zh(due)}" if was == due else f"{name}由{day_zh(was)}改为{day_zh(due)}"


def _last_days(days: Days | None) -> LastDays | None:
    return None if days is None else LastDays(promised=days.promised, legal=days.legal)
