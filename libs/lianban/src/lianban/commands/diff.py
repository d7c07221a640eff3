"""``lianban catalog diff``."""

from __future__ import annotations

from pathlib import Path

import click

from lianban.catalog.closure import closure
from lianban.catalog.difference import compare
from lianban.catalog.difference_text import Reader
from lianban.catalog.loader import load_catalog
from lianban.catalog.models import Catalog
from lianban.commands.options import folder_option, store_option, told
from lianban.publishing.store import NothingPublished, PublishedStore, UnknownVersion, catalog_of

_FOLDER = "工作文件夹"


@click.command()
@click.argument("theme")
@click.argument("first", metavar="[A]", required=False)
@click.argument("second", metavar="[B]", required=False)
@store_option
@folder_option
@told
def diff(theme: str, first: str | None, second: str | None, store: PublishedStore, folder: Path) -> None:
    """列出主题（及其引用的一切）两个版本之间的差异。

    A、B 写版本的序号或哈希；不写 B 时与工作文件夹比较，都不写时为现行版本与工作文件夹比较。
    """
    old_name, old = _published(store, theme, first)
    new_name, new = _published(store, theme, second) if second else (_FOLDER, _working(folder, theme))
    changes = compare(old, new)
    click.echo(f"{theme}　{old_name} → {new_name}" + ("" if changes else "　没有差异"))
    for line in Reader(old, new).lines(changes):
        click.echo(line)


def _published(store: PublishedStore, theme: str, which: str | None) -> tuple[str, Catalog]:
    """Version ``which``, or the one in force."""
    found = store.in_force()
    if found is None:
        raise NothingPublished(f"{store.folder} 中没有已发布的目录")
    if which is None:
        if theme not in found[1].themes:
            raise click.ClickException(f"没有现行的主题 {theme}")
        record = store.version(theme, found[1].themes[theme].record)
    else:
        try:
            record = store.find(theme, which)
        except UnknownVersion:
            raise click.ClickException(
                f"主题 {theme} 没有版本 {which}；lianban catalog history {theme} 列出全部"
            ) from None
    return f"第 {record.number} 版（{record.version}）", catalog_of(record)


def _working(folder: Path, theme: str) -> Catalog:
    catalog = load_catalog(folder)
    if theme not in catalog.themes:
        raise click.ClickException(f"{folder} 中没有主题 {theme}")
    return closure(catalog, catalog.themes[theme])
