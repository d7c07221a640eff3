"""``lianban calendar``: look a year up, count a deadline by hand. For operators and catalogue editors."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path

import click

from lianban.clock.calendar import WEEKDAYS, OutsideCalendar
from lianban.clock.deadlines import deadline
from lianban.clock.files import CalendarFileError, load_calendar, load_years
from lianban.clock.limits import Unit
from lianban.clock.years import YearStatus, assemble

STATUS_ZH = {YearStatus.OFFICIAL: "正式", YearStatus.PROVISIONAL: "暂定（放假安排通知未发布）"}


@click.group(help="工作日历与办理时限。")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("catalog/calendars"),
    show_default=True,
    help="年份文件所在文件夹",
)
@click.pass_context
def calendar(context: click.Context, folder: Path) -> None:
    context.obj = folder


@calendar.command("deadline", help="从起始日（不计入）推算截止日，并列出跳过的日子及原因。")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), required=True, help="起始日，如 2026-02-12")
@click.option("--workdays", type=click.IntRange(1, 3650), help="工作日数")
@click.option("--days", type=click.IntRange(1, 3650), help="自然日数（最后一日非工作日的顺延）")
@click.pass_obj
def show_deadline(folder: Path, start: datetime, workdays: int | None, days: int | None) -> None:
    if (workdays is None) == (days is None):
        raise click.UsageError("--workdays 与 --days 须且只能给出一个")
    amount, unit = (workdays, Unit.WORKING_DAYS) if workdays is not None else (days, Unit.NATURAL_DAYS)
    assert amount is not None
    try:
        due = deadline(load_calendar(folder), start.date(), amount, unit)
    except (CalendarFileError, OutsideCalendar) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"截止日：{_named(due.day)} 24:00")
    click.echo(f"日历版本：{due.calendar_version}" + ("（含暂定年份，通知发布后重算）" if due.provisional else ""))
    click.echo(f"跳过：{len(due.trace)} 天")
    for skipped in due.trace:
        click.echo(f"  {skipped.day}  {skipped.reason}")


@calendar.command("show", help="显示某一年的放假与调休安排。")
@click.argument("year", type=click.IntRange(1900, 2199))
@click.pass_obj
def show_year(folder: Path, year: int) -> None:
    try:
        years = load_years(folder)
    except CalendarFileError as error:
        raise click.ClickException(str(error)) from error
    found = next((each for each in years if each.year == year), None)
    if found is None:
        raise click.ClickException(f"没有 {year} 年的日历（现有 {years[0].year} 年至 {years[-1].year} 年）")
    worked = assemble(years).window(year, year).working_days_between(date(year, 1, 1), date(year, 12, 31))
    click.echo(f"{year} 年  {STATUS_ZH[found.status]}  工作日 {worked} 天")  # 1 January is off in every year
    for notice in found.notices:
        click.echo(f"依据：{notice}")
    click.echo(f"来源：{found.source}")
    click.echo("放假（周末之外）：")
    _echo_spans(found.holidays)
    click.echo("调休上班：")
    _echo_spans(found.workdays)


def _echo_spans(days: dict[date, str]) -> None:
    """One line for each run of days of the same name."""
    ordered = sorted(days.items())
    if not ordered:
        click.echo("  无")
    # Days that follow each other share the difference to their position in the list.
    for (_, name), run in groupby(enumerate(ordered), lambda item: (item[1][0] - timedelta(item[0]), item[1][1])):
        span = [day for _, (day, _) in run]
        click.echo(f"  {name}  {_named(span[0])}" + (f" 至 {_named(span[-1])}" if len(span) > 1 else ""))


def _named(day: date) -> str:
    return f"{day}（{WEEKDAYS[day.weekday()]}）"
