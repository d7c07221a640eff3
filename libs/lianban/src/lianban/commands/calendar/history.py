"""``lianban calendar history``."""

from __future__ import annotations

import click

from lianban.clock.deadlines import SHANGHAI
from lianban.clock.years import YearStatus
from lianban.commands.options import store_option, told
from lianban.publishing.calendars import CalendarEdition, calendars
from lianban.publishing.store import PublishedStore


@click.command()
@store_option
@told
def history(store: PublishedStore) -> None:
    """列出已发布日历的各个版本，新的在前。"""
    found = list(calendars(store))
    for order, each in enumerate(found):
        click.echo(_line(each, current=order == 0))
    if not found:
        click.echo("没有已发布的日历")


def _line(each: CalendarEdition, *, current: bool) -> str:
    provisional = "、".join(str(year.year) for year in each.years if year.status is YearStatus.PROVISIONAL) or "无"
    return (
        f"{each.version}  {each.edition.published_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        f"{'  现行' if current else ''}  {each.years[0].year} 年至 {each.years[-1].year} 年，暂定年份：{provisional}"
        f"  {each.edition.note or '（无说明）'}（第 {each.edition.number} 版目录）"
    )
