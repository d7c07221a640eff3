"""Publishing: the catalogue of a folder becomes the edition in force, or is refused with every fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lianban.catalog.closure import closure, entries, entry_data, entry_line
from lianban.catalog.difference import compare
from lianban.catalog.difference_text import Reader
from lianban.catalog.index import theme_index
from lianban.catalog.loader import load_catalog
from lianban.catalog.models import Catalog, Theme
from lianban.clock.files import load_years
from lianban.clock.years import CalendarYear
from lianban.publishing.calendars import content_of, published_at, superseded
from lianban.publishing.files import canonical, keep, locked, replace
from lianban.publishing.records import EditionRecord, InForce, Pointer, VersionRecord
from lianban.publishing.store import SHARED, PublishedStore, catalog_of, latest_of


@dataclass(frozen=True)
class Outcome:
    """What publishing came to. ``made``: versions that are new. ``restored``: themes put back to an earlier version.
    ``changed``: whether a new edition came into force at all. ``calendar_kept``: the folder's calendar is one that has
    been superseded since, and the one in force stayed."""

    digest: str
    edition: EditionRecord
    changed: bool
    made: list[VersionRecord] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    calendar_kept: bool = False


def publish(folder: Path, store: PublishedStore, note: str = "", now: datetime | None = None) -> Outcome:
    """Blocks; one publisher at a time, the others wait for it.

    Raises CatalogError or CalendarFileError with every fault, and nothing is written; StoreDamaged when the store
    is not as it was written.
    """
    # A catalogue with faults does not even begin a store.
    read = None if store.folder.exists() else _read(folder)
    with locked(store.lock_file):
        if read is None or store.pointer_file.exists():
            read = _read(folder)  # not before: whoever waited must not put an older state over a newer one
        catalog, years = read
        return _Publication(store, catalog, years, note, now or datetime.now(UTC)).carried_out()


def _read(folder: Path) -> tuple[Catalog, list[CalendarYear]]:
    return load_catalog(folder), load_years(folder / "calendars")


class _Publication:
    """One publication. Every file is written before the pointer that makes it count."""

    def __init__(
        self, store: PublishedStore, catalog: Catalog, years: list[CalendarYear], note: str, now: datetime
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._years = years
        self._note = note
        self._before = store.in_force()
        self._now = published_at(now, self._before[1] if self._before else None)
        self._made: list[VersionRecord] = []
        self._restored: list[str] = []
        self._calendar_kept = False

    def carried_out(self) -> Outcome:
        folder = self._store.folder
        themes = {code: self._theme(theme) for code, theme in sorted(self._catalog.themes.items())}
        shared = keep(folder / "shared", canonical(self._shared()))
        calendar = self._calendar()
        retired = self._retired(themes)
        if self._before:
            digest, last = self._before
            if (last.themes, last.shared, last.calendar) == (themes, shared, calendar):
                return Outcome(digest, last, changed=False, calendar_kept=self._calendar_kept)
        edition = EditionRecord(
            number=self._before[1].number + 1 if self._before else 1,
            published_at=self._now,
            note=self._note,
            previous=self._before[0] if self._before else None,
            themes=themes,
            retired=retired,
            shared=shared,
            calendar=calendar,
        )
        digest = keep(folder / "editions", canonical(edition.model_dump(mode="json")))
        versions = {code: theme.version for code, theme in themes.items()}
        pointer = Pointer(edition=digest, number=edition.number, themes=versions)
        replace(self._store.pointer_file, canonical(pointer.model_dump(mode="json")))
        gone = sorted(self._before[1].themes.keys() - themes.keys()) if self._before else []
        return Outcome(digest, edition, True, self._made, self._restored, gone, self._calendar_kept)

    def _calendar(self) -> str:
        """The folder's calendar, unless that is an older one: a folder that lies in an image, or on somebody's desk,
        knows nothing of the notice published since. Going back on purpose is ``lianban calendar publish``."""
        if self._before and superseded(self._store, self._before[1], self._years):
            self._calendar_kept = True
            return self._before[1].calendar
        return keep(self._store.folder / "calendars", content_of(self._years))

    def _theme(self, theme: Theme) -> InForce:
        """The theme's version in force from now on: the one it has, an earlier one again, or a new one."""
        version = theme_index(self._catalog, theme.code).version
        last = self._before[1].themes.get(theme.code) if self._before else None
        if last and last.version == version:
            self._store.version(theme.code, last.record)  # what stays in force is looked at too
            return last
        latest = latest_of(self._before[1], theme.code) if self._before else None
        newest: VersionRecord | None = None
        for digest, record in self._store.history(theme.code, latest):
            newest = newest or record
            if record.version == version:
                self._restored.append(theme.code)
                return InForce(version=version, number=record.number, record=digest, latest=latest or digest)
        record = self._record(theme, version, latest, newest)
        self._made.append(record)
        digest = keep(self._store.folder / "themes" / theme.code, canonical(record.model_dump(mode="json")))
        return InForce(version=version, number=record.number, record=digest, latest=digest)

    def _record(self, theme: Theme, version: str, latest: str | None, newest: VersionRecord | None) -> VersionRecord:
        part = closure(self._catalog, theme)
        changes: tuple[str, ...] = ("首次发布",)
        if newest:
            before = catalog_of(newest)
            changes = Reader(before, part).summary(compare(before, part))
        return VersionRecord(
            theme=theme.code,
            name=theme.name,
            number=newest.number + 1 if newest else 1,
            version=version,
            published_at=self._now,
            note=self._note,
            changes=changes,
            previous=latest,
            content=ordered(part),
        )

    def _shared(self) -> list[tuple[str, Any]]:
        return [(section, entry_data(entry)) for section, entry in entries(self._catalog) if section in SHARED]

    def _retired(self, themes: Mapping[str, InForce]) -> dict[str, str]:
        if not self._before:
            return {}
        last = self._before[1]
        known = {**last.retired, **{code: theme.latest for code, theme in last.themes.items()}}
        return {code: latest for code, latest in sorted(known.items()) if code not in themes}


def ordered(part: Catalog) -> tuple[tuple[str, Any], ...]:
    """A content as data, in the order its version is computed in."""
    data = [(section, entry_data(entry)) for section, entry in entries(part)]
    return tuple(sorted(data, key=lambda item: entry_line(*item)))
