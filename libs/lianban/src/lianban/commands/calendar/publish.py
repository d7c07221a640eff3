"""``lianban calendar publish``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import click

from lianban.clock.difference import YearChange
from lianban.clock.years import YearStatus
from lianban.commands.calendar.days import spans
from lianban.commands.options import store_option, told
from lianban.publishing.calendars import CalendarOutcome, publish_calendar
from lianban.publishing.store import PublishedStore

_STATUS_ZH: Final = {YearStatus.OFFICIAL: "正式", YearStatus.PROVISIONAL: "暂定", None: "无"}


@click.command()
@store_option
@click.option("--note", default="", help="本次发布的说明，随版次保存，如通知文号")
@click.pass_obj
@told
def publish(folder: Path, store: PublishedStore, note: str) -> None:
    """检查年份文件并发布，主题不变；有误则全部列出，什么也不写。

    收件服务随即对新办件启用，并重算全部在办办件的期限；进度见 GET /v1/redatings。
    """
    for line in described(publish_calendar(folder, store, note)):
        click.echo(line)


def described(outcome: CalendarOutcome) -> list[str]:
    version, number = outcome.after.version, outcome.after.edition.number
    if not outcome.changed:
        return [f"没有变化，仍为日历 {version}（第 {number} 版目录）"]
    lines = [line for change in outcome.changes for line in _change(change)]
    if version == outcome.before.version:
        return [*lines, f"已发布，日历版本仍为 {version}（第 {number} 版目录）：期限不受影响，不重算"]
    return [*lines, f"已发布日历 {version}（第 {number} 版目录），原为 {outcome.before.version}；在办办件将重算期限"]


def _change(change: YearChange) -> list[str]:
    status = f"{_STATUS_ZH[change.before]} → {_STATUS_ZH[change.after]}" if change.before != change.after else ""
    head = f"{change.year} 年  {status}".rstrip()
    return [head, *_days("改为放假", change.off), *_days("改为上班", change.worked)]


def _days(what: str, days: Sequence[date]) -> list[str]:
    return [f"  {line}" for line in spans((day, what) for day in days)]
