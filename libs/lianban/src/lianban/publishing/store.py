"""The published store, read. Layout::

    edition.json                 the pointer: what is in force; replaced last, in one stroke
    editions/<sha256>.json       every edition
    themes/<CODE>/<sha256>.json  every version of a theme, whole
    shared/  calendars/          <sha256>.json each

All but the pointer never change, and are refused by name when they are not what their name says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from pydantic import ValidationError

from lianban.catalog.closure import SECTION_MODELS, content_version, entry_line
from lianban.catalog.index import theme_index
from lianban.catalog.models import Catalog, Entry
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.years import CalendarYear, assemble
from lianban.publishing.files import StoreDamaged, kept, read
from lianban.publishing.records import EditionRecord, Line, Pointer, Record, VersionRecord

POINTER: Final = "edition.json"
SHARED: Final = tuple(
    section for section in SECTION_MODELS if section not in ("elements", "materials", "matters", "themes")
)
"""Sections kept whole and in order: they are looked up by themselves, not only by themes."""

_NOT_READABLE: Final = "内容不完整或不是所要的格式"

R = TypeVar("R", bound=Record)


class NothingPublished(LookupError):
    """The store has no edition yet."""


class UnknownVersion(LookupError):
    """The theme has no such version."""


@dataclass(frozen=True)
class PublishedEdition:
    """``digest``: hash of the edition, hence of everything in it."""

    digest: str
    record: EditionRecord
    catalog: Catalog
    calendar: CalendarSnapshot


class PublishedStore:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def pointer_file(self) -> Path:
        return self.folder / POINTER

    @property
    def lock_file(self) -> Path:
        """Whoever publishes holds it."""
        return self.folder / ".lock"

    def in_force(self) -> tuple[str, EditionRecord] | None:
        """Hash and record of the edition in force; None before the first. StoreDamaged."""
        if not self.pointer_file.exists():
            return None
        pointer = _record(Pointer, read(self.pointer_file, POINTER), POINTER)
        edition = self.edition(pointer.edition)
        named = {code: theme.version for code, theme in edition.themes.items()}
        if (pointer.number, pointer.themes) != (edition.number, named):
            raise StoreDamaged([f"{POINTER}: 与其所指的目录版次 editions/{pointer.edition}.json 不一致"])
        return pointer.edition, edition

    def current(self) -> tuple[str, EditionRecord]:
        """As :meth:`in_force`. Raises NothingPublished before the first."""
        found = self.in_force()
        if found is None:
            raise NothingPublished(f"{self.folder} 中没有已发布的目录")
        return found

    def edition(self, digest: str) -> EditionRecord:
        return _record(EditionRecord, kept(self.folder / "editions", digest), f"editions/{digest}.json")

    def editions(self) -> Iterator[tuple[str, EditionRecord]]:
        """(hash, record), newest first."""
        found = self.in_force()
        while found:
            yield found
            previous = found[1].previous
            found = (previous, self.edition(previous)) if previous else None

    def version(self, theme: str, digest: str) -> VersionRecord:
        """The record in that file, its content against its version checked."""
        shown = f"themes/{theme}/{digest}.json"
        record = _record(VersionRecord, kept(self.folder / "themes" / theme, digest), shown)
        if record.theme != theme or content_version(lines_of(record)) != record.version:
            raise StoreDamaged([f"{shown}: 主题内容与其版本 {record.version} 不符"])
        return record

    def history(self, theme: str, latest: str | None) -> Iterator[tuple[str, VersionRecord]]:
        """(file's hash, record) of the theme's versions, newest first, from the newest on."""
        while latest:
            record = self.version(theme, latest)
            yield latest, record
            latest = record.previous

    def find(self, theme: str, which: str) -> VersionRecord:
        """A version by its number, or by the beginning of its hash. UnknownVersion, NothingPublished."""
        matching = [
            record
            for _, record in self.history(theme, latest_of(self.current()[1], theme))
            if str(record.number) == which or (len(which) >= 4 and record.version.startswith(which))
        ]
        if len(matching) != 1:
            raise UnknownVersion(which)
        return matching[0]

    def years(self, digest: str) -> list[CalendarYear]:
        """The calendar in that file. StoreDamaged."""
        faults: list[str] = []
        with _gathered(faults, f"calendars/{digest}.json"):
            return self._years(digest)
        raise StoreDamaged(faults)

    def load(self) -> PublishedEdition:
        """The edition in force, everything in it checked. NothingPublished, StoreDamaged with every fault."""
        digest, edition = self.current()
        faults: list[str] = []
        shared: list[Line] = []
        years: list[CalendarYear] = []
        records: list[VersionRecord] = []
        with _gathered(faults, f"shared/{edition.shared}.json"):
            shared = [(section, data) for section, data in json.loads(kept(self.folder / "shared", edition.shared))]
        with _gathered(faults, f"calendars/{edition.calendar}.json"):
            years = self._years(edition.calendar)
        for code, theme in edition.themes.items():
            with _gathered(faults, f"themes/{code}/{theme.record}.json"):
                records.append(self.version(code, theme.record))
        if faults:
            raise StoreDamaged(faults)
        with _gathered(faults, f"目录第 {edition.number} 版"):
            catalog = joined([*shared, *(line for record in records for line in record.content)])
            self._agrees(catalog, edition)
            return PublishedEdition(digest, edition, catalog, assemble(years))
        raise StoreDamaged(faults)

    def _years(self, digest: str) -> list[CalendarYear]:
        return [CalendarYear.model_validate(year) for year in json.loads(kept(self.folder / "calendars", digest))]

    def _agrees(self, catalog: Catalog, edition: EditionRecord) -> None:
        """The themes together are what each was alone."""
        if catalog.themes.keys() != edition.themes.keys():
            raise StoreDamaged([f"目录第 {edition.number} 版: 主题与记录不一致"])
        for code, theme in edition.themes.items():
            try:
                version = theme_index(catalog, code).version
            except (KeyError, ValueError):
                version = ""
            if version != theme.version:
                raise StoreDamaged([f"目录第 {edition.number} 版: 主题 {code} 合并后与其版本 {theme.version} 不符"])


def latest_of(edition: EditionRecord, theme: str) -> str | None:
    """The newest record of a theme, in force or retired."""
    known = edition.themes.get(theme)
    return known.latest if known else edition.retired.get(theme)


def lines_of(record: VersionRecord) -> list[str]:
    return sorted(entry_line(section, data) for section, data in record.content)


def catalog_of(record: VersionRecord) -> Catalog:
    """The theme with all it refers to."""
    return joined(record.content)


def joined(lines: Iterator[Line] | list[Line] | tuple[Line, ...]) -> Catalog:
    """The catalogue of these entries, each once. StoreDamaged where two of one code differ."""
    sections: dict[str, dict[str, Entry]] = {section: {} for section in SECTION_MODELS}
    texts: dict[tuple[str, str], str] = {}
    for section, data in lines:
        try:
            key, text = (section, data["code"]), entry_line(section, data)
            if key in texts and texts[key] == text:
                continue
            if key in texts:
                raise StoreDamaged([f"{section} {data['code']}: 各主题中的定义互相矛盾"])
            texts[key] = text
            sections[section][data["code"]] = SECTION_MODELS[section].model_validate(data)
        except (KeyError, TypeError, ValidationError):
            raise StoreDamaged([f"{section} {_code(data)}: 定义无法读取，可能由更新的版本写成"]) from None
    return Catalog.model_validate(sections)


def _code(data: object) -> str:
    return str(data.get("code", "?")) if isinstance(data, dict) else "?"


def _record(model: type[R], content: bytes, shown: str) -> R:
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        newer = any(fault["loc"] == ("format",) for fault in error.errors(include_url=False))
        reason = "格式不是本程序认识的" if newer else _NOT_READABLE
        raise StoreDamaged([f"{shown}: {reason}"]) from None


class _gathered:
    """Collects what is damaged instead of stopping at the first. What is whole and yet no such content, as a newer
    program may have written it, is damage of ``shown``."""

    def __init__(self, faults: list[str], shown: str) -> None:
        self._faults = faults
        self._shown = shown

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, StoreDamaged):
            self._faults += error.faults
            return True
        if isinstance(error, ValueError | TypeError | LookupError | RecursionError):  # ValidationError is a ValueError
            self._faults.append(f"{self._shown}: {_NOT_READABLE}")
            return True
        return False
