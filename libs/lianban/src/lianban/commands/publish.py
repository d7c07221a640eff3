"""``lianban catalog publish``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from lianban.commands.options import store_option, told
from lianban.publishing.publisher import Outcome
from lianban.publishing.publisher import publish as carry_out
from lianban.publishing.store import PublishedStore

_CALENDAR_KEPT: Final = "工作日历沿用已发布的：文件夹中的较旧；要改回请用 lianban calendar publish"


@click.command()
@click.argument("folder", default="catalog", type=click.Path(file_okay=False, path_type=Path))
@store_option
@click.option("--note", default="", help="本次发布的说明，随版本保存")
@told
def publish(folder: Path, store: PublishedStore, note: str) -> None:
    """检查目录并发布：内容有变化的主题各成一个不可更改的版本；目录有误则全部列出，什么也不写。"""
    for line in described(carry_out(folder, store, note)):
        click.echo(line)


def described(outcome: Outcome) -> list[str]:
    edition = outcome.edition
    kept = (
        ["工作日历沿用已发布的：文件夹中的较旧；要改回请用 lianban calendar publish"] if outcome.calendar_kept else []
    )
    if not outcome.changed:
        return [*kept, f"没有变化，仍为第 {edition.number} 版目录 {outcome.digest[:16]}"]
    lines = [
        f"{record.theme} {record.name}　第 {record.number} 版 {record.version}　{'；'.join(record.changes)}"
        for record in outcome.made
    ]
    lines += [f"{code}　恢复为第 {edition.themes[code].number} 版" for code in outcome.restored]
    lines += [f"{code}　不再提供" for code in outcome.retired]
    head = f"已发布第 {edition.number} 版目录 {outcome.digest[:16]}：主题 {len(edition.themes)}，"
    return [*lines, *kept, f"{head}新版本 {len(outcome.made)}"]
