"""Calendars as they are published: part of every edition, and by themselves when the State Council's notice comes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lianban.clock.difference import YearChange, compare
from lianban.clock.files import CalendarFileError, load_years
from lianban.clock.years import CalendarYear, YearStatus, assemble
from lianban.publishing.files import canonical, keep, locked, replace
from lianban.publishing.records import EditionRecord, Pointer
from lianban.publishing.store import PublishedStore, UnknownVersion


@dataclass(frozen=True)
class CalendarEdition:
    """A calendar, and the edition of the catalogue with which it came into force. ``version`` as cases carry it."""

    version: str
    years: list[CalendarYear]
    edition: EditionRecord


@dataclass(frozen=True)
class CalendarOutcome:
    """What publishing came to. ``changed``: whether a new edition came into force; it may be one of the same
    ``version``, where only sources or numbers of notices were corrected, and then nothing is dated anew."""

    before: CalendarEdition
    after: CalendarEdition
    changes: list[YearChange]
    changed: bool


def publish_calendar(
    folder: Path, store: PublishedStore, note: str = "", now: datetime | None = None
) -> CalendarOutcome:
    """The year files of ``folder`` in force, with the themes as they are. Blocks; one publisher at a time.

    Raises CalendarFileError with every fault, and nothing is written; NothingPublished; StoreDamaged.
    """
    load_years(folder)  # a calendar with faults waits for nobody
    store.current()
    with locked(store.lock_file):
        years = load_years(folder)  # not before: whoever waited must not put an older state over a newer one
        digest, last = store.current()
        before = _edition(store, last)
        if years[0].year > before.years[0].year:
            reason = f"已发布的日历始于 {before.years[0].year} 年，不得缩短：在办办件的期限可能由那时起算"
            raise CalendarFileError([f"{folder}: {reason}"])
        calendar = keep(store.folder / "calendars", content_of(years))
        if calendar == last.calendar:
            return CalendarOutcome(before, before, [], changed=False)
        edition = last.model_copy(
            update={
                "number": last.number + 1,
                "published_at": published_at(now or datetime.now(UTC), last),
                "note": note,
                "previous": digest,
                "calendar": calendar,
            }
        )
        kept = keep(store.folder / "editions", canonical(edition.model_dump(mode="json")))
        themes = {code: theme.version for code, theme in edition.themes.items()}
        pointer = Pointer(edition=kept, number=edition.number, themes=themes)
        replace(store.pointer_file, canonical(pointer.model_dump(mode="json")))
        after = CalendarEdition(assemble(years).version, years, edition)
        return CalendarOutcome(before, after, compare(before.years, years), changed=True)


def calendars(store: PublishedStore) -> Iterator[CalendarEdition]:
    """Every calendar that has been in force, newest first; none before anything is published. StoreDamaged."""
    newer: EditionRecord | None = None
    for _, record in store.editions():
        if newer and newer.calendar != record.calendar:
            yield _edition(store, newer)
        newer = record
    if newer:
        yield _edition(store, newer)


def find_calendar(store: PublishedStore, version: str | None) -> CalendarEdition:
    """The one in force, or the newest of a version. NothingPublished, UnknownVersion, StoreDamaged."""
    if version is None:
        return _edition(store, store.current()[1])
    found = next((each for each in calendars(store) if each.version == version), None)
    if found is None:
        raise UnknownVersion(version)
    return found


def superseded(store: PublishedStore, in_force: EditionRecord, years: Sequence[CalendarYear]) -> bool:
    """Whether the calendar is an older one than that in force: it was so once, or lacks a notice that has come out
    (no notice is taken back)."""
    digest = hashlib.sha256(content_of(years)).hexdigest()
    if digest == in_force.calendar:
        return False
    if _official(store.years(in_force.calendar)) - _official(years):
        return True
    return any(record.calendar == digest for _, record in store.editions())


def published_at(now: datetime, last: EditionRecord | None) -> datetime:
    """In whole seconds, and never before the edition it follows, whatever clock the publisher has: which of two
    editions is the newer one is told by this and their numbers."""
    at = now.astimezone(UTC).replace(microsecond=0)
    return max(at, last.published_at) if last else at


def content_of(years: Sequence[CalendarYear]) -> bytes:
    """The file of a calendar."""
    return canonical([year.model_dump(mode="json") for year in years])


def _edition(store: PublishedStore, record: EditionRecord) -> CalendarEdition:
    years = store.years(record.calendar)
    return CalendarEdition(assemble(years).version, years, record)


def _official(years: Sequence[CalendarYear]) -> set[int]:
    return {year.year for year in years if year.status is YearStatus.OFFICIAL}
