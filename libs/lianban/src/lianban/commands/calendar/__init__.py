"""``lianban calendar``: check, publish and look up the calendar, count a deadline by hand."""

from __future__ import annotations

from pathlib import Path

import click

from lianban.commands.calendar.check import check
from lianban.commands.calendar.count import deadline
from lianban.commands.calendar.history import history
from lianban.commands.calendar.publish import publish
from lianban.commands.calendar.show import show


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


for command in (check, publish, history, show, deadline):
    calendar.add_command(command)
