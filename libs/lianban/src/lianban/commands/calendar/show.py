"""``lianban calendar show``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from lianban.clock.years import YEAR_STATUS_ZH, assemble
from lianban.commands.calendar.chosen import chosen_years, published_options
from lianban.commands.calendar.days import spans
from lianban.commands.options import told
from lianban.publishing.store import PublishedStore


@click.command()
@click.argument("year", type=click.IntRange(1900, 2199))
@published_options
@click.pass_obj
@told
def show(folder: Path, year: int, store: PublishedStore | None, version: str | None) -> None:
    """显示某一年的放假与调休安排。"""
    years = chosen_years(folder, store, version)
    found = next((each for each in years if each.year == year), None)
    if found is None:
        raise click.ClickException(f"没有 {year} 年的日历（现有 {years[0].year} 年至 {years[-1].year} 年）")
    whole = assemble(years)
    worked = whole.window(year, year).working_days_between(date(year, 1, 1), date(year, 12, 31))
    click.echo(f"{year} 年  {YEAR_STATUS_ZH[found.status]}  工作日 {worked} 天")  # 1 January is off in every year
    click.echo(f"日历版本：{whole.version}")
    for notice in found.notices:
        click.echo(f"依据：{notice}")
    click.echo(f"来源：{found.source}")
    for title, days in (("放假（周末之外）：", found.holidays), ("调休上班：", found.workdays)):
        click.echo(title)
        for line in spans(days.items()) or ["无"]:
            click.echo(f"  {line}")
