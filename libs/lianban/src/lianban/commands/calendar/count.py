"""``lianban calendar deadline``."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from lianban.clock.calendar import OutsideCalendar
from lianban.clock.deadlines import Deadline
from lianban.clock.deadlines import deadline as counted
from lianban.clock.limits import Unit
from lianban.clock.years import assemble
from lianban.commands.calendar.chosen import chosen_years, published_options
from lianban.commands.calendar.days import named
from lianban.commands.options import told
from lianban.publishing.store import PublishedStore


@click.command()
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), required=True, help="起始日，如 2026-02-12")
@click.option("--workdays", type=click.IntRange(1, 3650), help="工作日数")
@click.option("--days", type=click.IntRange(1, 3650), help="自然日数（最后一日非工作日的顺延）")
@click.option("--text", is_flag=True, help="输出文字，不输出 JSON")
@published_options
@click.pass_obj
@told
def deadline(
    folder: Path,
    start: datetime,
    workdays: int | None,
    days: int | None,
    text: bool,
    store: PublishedStore | None,
    version: str | None,
) -> None:
    """从起始日（不计入）推算截止日，并列出跳过的日子及原因。"""
    if (workdays is None) == (days is None):
        raise click.UsageError("--workdays 与 --days 须且只能给出一个")
    amount, unit = (workdays, Unit.WORKING_DAYS) if workdays is not None else (days, Unit.NATURAL_DAYS)
    assert amount is not None
    calendar = assemble(chosen_years(folder, store, version))
    try:
        due = counted(calendar, start.date(), amount, unit)
    except OutsideCalendar as error:
        raise click.ClickException(str(error)) from None
    click.echo("\n".join(_lines(due)) if text else _document(due))


def _document(due: Deadline) -> str:
    trace = [{"date": skipped.day.isoformat(), "reason": skipped.reason} for skipped in due.trace]
    document = {
        "date": due.day.isoformat(),
        "calendar_version": due.calendar_version,
        "provisional": due.provisional,
        "trace": trace,
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _lines(due: Deadline) -> list[str]:
    return [
        f"截止日：{named(due.day)} 24:00",
        f"日历版本：{due.calendar_version}" + ("（含暂定年份，通知发布后重算）" if due.provisional else ""),
        f"跳过：{len(due.trace)} 天",
        *(f"  {skipped.day}  {skipped.reason}" for skipped in due.trace),
    ]
