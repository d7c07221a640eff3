"""Durations of past cases (以往办件): a CSV or JSON of steps with the day each began and ended, from a file or an
address."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import httpx

from lianban.clock.calendar import CalendarSnapshot, OutsideCalendar
from lianban.clock.deadlines import SHANGHAI

COLUMNS: Final = ("matter", "started", "ended")
MAX_BYTES: Final = 64 << 20
MAX_FAULTS: Final = 20

SAME_DAY: Final = 0.05
"""Working days of a step that ended on the day it began."""

_TIMEOUT: Final = 15.0


class PastUnreadable(ValueError):
    """Nothing can be read there. The message is Chinese."""


@dataclass
class Past:
    """``days``: working days by matter, as the law counts them. ``open``: steps that have not ended, left out.
    ``faults``: the first of ``fault_count``."""

    days: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    rows: int = 0
    open: int = 0
    faults: list[str] = field(default_factory=list)
    fault_count: int = 0

    def fault(self, text: str) -> None:
        self.fault_count += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(text)


def fetch_past(source: str) -> bytes:
    """The content of a file, or of what an http(s) address answers. Raises PastUnreadable, OSError."""
    if not source.startswith(("http://", "https://")):
        content = Path(source).read_bytes()
        if len(content) > MAX_BYTES:
            raise PastUnreadable(f"{source}: 超过 {MAX_BYTES >> 20} MiB")
        return content
    try:
        with httpx.stream("GET", source, timeout=_TIMEOUT, follow_redirects=True) as answer:
            if answer.status_code != httpx.codes.OK:
                raise PastUnreadable(f"{source}: 对方回答 {answer.status_code}")
            parts, size = [], 0
            for part in answer.iter_bytes():
                parts.append(part)
                size += len(part)
                if size > MAX_BYTES:
                    raise PastUnreadable(f"{source}: 超过 {MAX_BYTES >> 20} MiB")
            return b"".join(parts)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise PastUnreadable(f"{source}: 取不到（{type(error).__name__}）") from None


def read_past(source: str, content: bytes, calendar: CalendarSnapshot) -> Past:
    """Every row that can be used, and the faults of the others. Raises PastUnreadable for what has no rows at all."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PastUnreadable(f"{source}: 不是 UTF-8 编码") from None
    past = Past()
    for place, row in _rows(source, text):
        past.rows += 1
        if not isinstance(row, Mapping):
            past.fault(f"{place}: 应为键值结构")
            continue
        _take(past, place, row, calendar)
    if not past.rows:
        raise PastUnreadable(f"{source}: 没有数据")
    return past


def _rows(source: str, text: str) -> Iterator[tuple[str, Any]]:
    if not text.lstrip().startswith(("[", "{")):
        yield from _csv_rows(source, text)
        return
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise PastUnreadable(f"{source}: 不是有效的 JSON") from None
    if isinstance(found, dict):
        found = found.get("steps")
    if not isinstance(found, list):
        raise PastUnreadable(f"{source}: JSON 应为环节的列表，或含有 steps 列表的对象")
    for index, row in enumerate(found):
        yield f"{source}: [{index}]", row


def _csv_rows(source: str, text: str) -> Iterator[tuple[str, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise PastUnreadable(f"{source}: 首行缺少列 {'、'.join(missing)}")
        for row in reader:
            yield f"{source}:{reader.line_num}", row
    except csv.Error:
        raise PastUnreadable(f"{source}:{reader.line_num}: 不是有效的 CSV") from None


def _take(past: Past, place: str, row: Mapping[str, Any], calendar: CalendarSnapshot) -> None:
    matter, started, ended = row.get("matter"), _day(row.get("started")), _day(row.get("ended"))
    faults = []
    if not isinstance(matter, str) or not matter.strip():
        faults.append("matter: 缺少事项代码")
    if started is None:
        faults.append("started: 应为日期，如 2026-03-02")
    if ended is None and row.get("ended"):
        faults.append("ended: 应为日期，如 2026-03-09")
    if started is not None and ended is not None and ended < started:
        faults.append("ended: 早于 started")
    for fault in faults:
        past.fault(f"{place}: {fault}")
    if faults:
        return
    if ended is None:
        past.open += 1
        return
    assert started is not None
    try:
        calendar.reason_off(started)
        days = calendar.working_days_between(started, ended)
    except OutsideCalendar as error:
        past.fault(f"{place}: {error}")
        return
    past.days[str(matter).strip()].append(float(days) or SAME_DAY)


def _day(value: object) -> date | None:
    """A date, or an instant's date in Shanghai; one without a time zone is local."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return (instant if instant.tzinfo is None else instant.astimezone(SHANGHAI)).date()
