"""``lianban calendar check``."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Final

import click

from lianban.clock.calendar import WEEKDAYS
from lianban.clock.deadlines import SHANGHAI
from lianban.clock.files import read_years
from lianban.clock.years import YEAR_STATUS_ZH, CalendarYear, YearStatus, assemble, outdated
from lianban.commands.calendar.public import NoPublicCalendar, PublicCalendar

_FRIDAY: Final = 5


@click.command()
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="按这一天提醒，缺省为今天")
@click.option("--compare/--no-compare", default=True, show_default=True, help="正式年份与公开日历逐日核对")
@click.pass_obj
def check(folder: Path, today: datetime | None, compare: bool) -> None:
    """逐个检查年份文件，列出全部问题；有问题时退出码为 1，只有提醒时为 0。"""
    years, faults = read_years(folder)
    public = _public() if compare else None
    for year in years:
        differing = _differing(year, public)
        faults += differing
        click.echo(f"{year.year}.yaml  {_told(year, public, bool(differing))}")
    for fault in faults:
        click.echo(fault)
    if faults:
        click.echo(f"共 {len(faults)} 处问题", err=True)
        sys.exit(1)
    provisional = "、".join(str(year.year) for year in years if year.status is YearStatus.PROVISIONAL) or "无"
    version = assemble(years).version
    click.echo(f"工作日历无误：{years[0].year} 年至 {years[-1].year} 年，版本 {version}，暂定年份：{provisional}")
    day = today.date() if today else datetime.now(SHANGHAI).date()
    for warning in [*outdated(years, day), *_arranged(years, public)]:
        click.secho(f"警告：{warning}", fg="yellow", bold=True, err=True)


def _public() -> PublicCalendar | None:
    try:
        return PublicCalendar()
    except NoPublicCalendar:
        click.secho("警告：没有安装 chinesecalendar，未与公开日历核对", fg="yellow", bold=True, err=True)
        return None


def _comparable(year: CalendarYear, public: PublicCalendar | None) -> bool:
    return public is not None and year.status is YearStatus.OFFICIAL and public.knows(year.year)


def _told(year: CalendarYear, public: PublicCalendar | None, differing: bool) -> str:
    if year.status is YearStatus.PROVISIONAL:
        return YEAR_STATUS_ZH[year.status]
    whole = (date(year.year, 1, 1), date(year.year, 12, 31))  # 1 January is off in every year
    told = f"{YEAR_STATUS_ZH[year.status]}  工作日 {assemble([year]).working_days_between(*whole)} 天"
    if not _comparable(year, public):
        return f"{told}  未与公开日历核对"
    return f"{told}  {'与公开日历不一致' if differing else '与公开日历逐日一致'}"


def _differing(year: CalendarYear, public: PublicCalendar | None) -> list[str]:
    if public is None or not _comparable(year, public):
        return []
    return [
        f"{year.year}.yaml: {_field(day)}: {day}（{WEEKDAYS[day.weekday()]}）公开日历为{'上班' if worked else '放假'}"
        "，请对照通知原文；确属公开日历有误的，用 --no-compare 略过"
        for day, worked in public.differing(assemble([year]), year.year)
    ]


def _field(day: date) -> str:
    """Where the day is to be written, or struck out."""
    return "workdays" if day.isoweekday() > _FRIDAY else "holidays"


def _arranged(years: list[CalendarYear], public: PublicCalendar | None) -> list[str]:
    """Years that have been arranged, as others know, and are still provisional here."""
    return [
        f"公开日历已有 {year.year} 年的安排，本地仍为暂定；请按通知改为正式"
        for year in years
        if year.status is YearStatus.PROVISIONAL and public is not None and public.knows(year.year)
    ]
