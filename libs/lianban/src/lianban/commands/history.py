"""``lianban catalog history``."""

from __future__ import annotations

from datetime import datetime

import click

from lianban.clock.deadlines import SHANGHAI
from lianban.commands.options import store_option, told
from lianban.publishing.records import EditionRecord
from lianban.publishing.store import PublishedStore, latest_of


@click.command()
@click.argument("theme", required=False)
@store_option
@told
def history(theme: str | None, store: PublishedStore) -> None:
    """列出一个主题的各个版本；不写主题时列出目录的各个版次。新的在前。"""
    lines = _editions(store) if theme is None else _versions(store, theme)
    for line in lines or ["没有已发布的目录"]:
        click.echo(line)


def _versions(store: PublishedStore, theme: str) -> list[str]:
    found = store.in_force()
    latest = latest_of(found[1], theme) if found else None
    if found and latest is None:
        raise click.ClickException(f"没有发布过主题 {theme}")
    current = found[1].themes.get(theme) if found else None
    return [
        f"第 {record.number} 版  {record.version}  {_shown(record.published_at)}"
        f"{'  现行' if current and current.version == record.version else ''}"
        f"  {record.note or '（无说明）'}  {'；'.join(record.changes)}"
        for _, record in store.history(theme, latest)
    ]


def _editions(store: PublishedStore) -> list[str]:
    """Each edition with the themes that are not as in the one before it."""
    found = list(store.editions())
    before: list[EditionRecord | None] = [*(record for _, record in found), None][1:]
    return [
        f"目录第 {record.number} 版  {digest[:16]}  {_shown(record.published_at)}"
        f"  {record.note or '（无说明）'}  {_changed(record, earlier)}"
        for (digest, record), earlier in zip(found, before, strict=True)
    ]


def _changed(edition: EditionRecord, earlier: EditionRecord | None) -> str:
    if earlier is None:
        return f"首次发布，主题 {len(edition.themes)}"
    told = [
        f"{code} 第 {theme.number} 版"
        for code, theme in edition.themes.items()
        if code not in earlier.themes or earlier.themes[code].version != theme.version
    ]
    told += [f"{code} 不再提供" for code in earlier.themes if code not in edition.themes]
    if edition.calendar != earlier.calendar:
        told.append("工作日历")
    return "、".join(told) or "各主题之外的公共定义"


def _shown(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
