"""Whether times are in the zone they are said to be in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic_core import from_json

from lianban_adapters.conformance.checks.model import Check, Verdict, Weight, failed, passed, unshown
from lianban_adapters.conformance.evidence import Evidence

_BACK: Final = "二、部门回给平台"
_OFF: Final = timedelta(hours=8)
_ROUGHLY: Final = timedelta(minutes=10)
"""Clocks are not exact, and an officer may write when he began."""

_EARLY: Final = "早 8 小时：像是把世界时（UTC）的钟点写成了北京时间"
_LATE: Final = "晚 8 小时：像是把北京时间的钟点当作了世界时（UTC）"


def _zone(evidence: Evidence) -> Verdict:
    """What was written on a task of this run was written since it began."""
    began = datetime.fromtimestamp(evidence.began, UTC)
    seen, wrong = set(), []
    for column, written, at in _times(evidence):
        seen.add((column, written))
        until = datetime.fromtimestamp(at, UTC)
        for off, told in ((_OFF, _EARLY), (-_OFF, _LATE)):
            if began - _ROUGHLY <= written + off <= until + _ROUGHLY:
                wrong.append(f"{column} {told}")
    if not seen:
        return unshown("没有收到带时间的办理动作")
    return failed("；".join(dict.fromkeys(wrong))) if wrong else passed(f"{len(seen)} 个时间都与时区相符")


def _times(evidence: Evidence) -> Iterator[tuple[str, datetime, float]]:
    """Name of the field or column, what is written there, and when it was seen. An act whose time is wrong may be none
    for the platform: what was written is looked at."""
    for act in evidence.acts():
        written = from_json(act.written)
        if act.play and isinstance(written, dict) and (instant := _instant(written.get("occurred_at"))):
            yield evidence.place("/occurred_at").removeprefix("/"), instant, act.at
    for stamp, at in evidence.stamps.items():
        yield stamp.column, stamp.written, at


def _instant(written: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return instant if instant is not None and instant.tzinfo else None


TIMES: Final = (
    Check(
        "time-zone",
        "时间的时区",
        Weight.IF_USED,
        "occurred_at 带的时区与钟点相符（前置库的 event_time 等各列为北京时间，连接后先设时区）",
        _BACK,
        "作出办理动作",
        _zone,
        by_acts=True,
    ),
)
