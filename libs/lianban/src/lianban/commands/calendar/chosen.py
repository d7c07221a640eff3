"""Which calendar a command is about: that of the working folder, or a published one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from lianban.clock.files import load_years
from lianban.clock.years import CalendarYear
from lianban.publishing.calendars import find_calendar
from lianban.publishing.store import PublishedStore, UnknownVersion

F = TypeVar("F", bound=Callable[..., Any])


def published_options(command: F) -> F:
    store = click.option(
        "--store",
        type=click.Path(file_okay=False, path_type=Path),
        callback=lambda _context, _parameter, value: value and PublishedStore(value),
        help="改用已发布的日历：已发布目录的存放文件夹",
    )
    version = click.option("--version", help="已发布日历的版本，缺省为现行的；见 lianban calendar history")
    return store(version(command))


def chosen_years(folder: Path, store: PublishedStore | None, version: str | None) -> list[CalendarYear]:
    """Raises CalendarFileError, NothingPublished, StoreDamaged."""
    if store is None:
        if version is not None:
            raise click.UsageError("--version 须与 --store 同时给出")
        return load_years(folder)
    try:
        return find_calendar(store, version).years
    except UnknownVersion:
        raise click.ClickException(f"没有发布过日历 {version}；lianban calendar history 列出各版本") from None
