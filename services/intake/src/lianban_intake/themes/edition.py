"""One edition of the catalogue, as it was read, with what is computed from it kept at hand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic_core import to_json

from lianban.catalog.compiler import Compilation, UnknownTheme, compile_theme
from lianban.catalog.eligibility import Matcher
from lianban.catalog.form import FormSpec
from lianban.catalog.loader import load_catalog
from lianban.catalog.materials import MaterialRequirement
from lianban.catalog.models import Catalog, Theme
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import local_date
from lianban.clock.files import load_calendar
from lianban.publishing.store import PublishedStore
from lianban_intake.dossiers.cut import DossierCut, cut_of
from lianban_intake.themes.versions import Versions

_REMEMBERED: Final = 1024
_WINDOWS: Final = 16  # years in which open cases were received
_YEARS_AHEAD: Final = 2
"""How far a case's calendar reaches beyond the year of receipt; later deadlines are provisional anyway."""


@dataclass(frozen=True)
class Prepared:
    """A theme compiled for one set of answers, and what every application with these answers needs of it.

    Thousands of applications share a handful of these, so whatever can be rendered once is rendered here.
    """

    theme: Theme
    compilation: Compilation
    cut: DossierCut

    @cached_property
    def plan_json(self) -> str:
        return to_json(self.compilation.plan).decode()

    @cached_property
    def cut_json(self) -> str:
        return to_json(self.cut).decode()

    @cached_property
    def steps_json(self) -> str:
        """The plan's steps as rows of ``case_steps``."""
        steps = enumerate(self.compilation.plan.steps)
        fields = {"code", "name", "kind", "department", "department_name"}
        return to_json([{"position": position, **step.model_dump(include=fields)} for position, step in steps]).decode()

    @cached_property
    def form_json(self) -> str:
        return to_json(self.compilation.form).decode()

    @cached_property
    def digest(self) -> str:
        """Content hash of plan, cut and form: the version of each that a case keeps."""
        return hashlib.sha256("\n".join((self.plan_json, self.cut_json, self.form_json)).encode()).hexdigest()

    @cached_property
    def requirements(self) -> Mapping[str, MaterialRequirement]:
        """Materials the applicant may hand in, by code."""
        return {item.material: item for item in self.compilation.to_submit}

    @cached_property
    def demanded(self) -> tuple[MaterialRequirement, ...]:
        """Materials an application cannot do without, whether uploaded or fetched from the e-licence library."""
        return tuple(item for item in self.compilation.to_submit if item.required)

    @cached_property
    def prefilled_form(self) -> FormSpec:
        """The part of the form that registries may fill in, nothing of it required: what they say is checked by it."""
        form = self.compilation.form
        fields = (field.model_copy(update={"required": False}) for field in form.fields if field.prefillable)
        return FormSpec(title=form.title, fields=tuple(fields))

    @cached_property
    def schemas(self) -> Mapping[str, Mapping[str, Any]]:
        """JSON Schema of each field that registries may fill in."""
        found: Mapping[str, Mapping[str, Any]] = self.prefilled_form.json_schema()["properties"]
        return found


class Since(NamedTuple):
    """When an edition came to be; the later of two is the newer edition. ``number`` counts published ones, and tells
    two of one second apart; 0 for a working folder."""

    at: datetime
    number: int


class Edition:
    """Immutable. ``calendar`` belongs to it, because both are read from one place at one time; ``since`` is when it was
    published, or its files were last changed. ``versions``: where the published versions of its themes are found; None
    when it was read from a working folder."""

    def __init__(
        self, catalog: Catalog, calendar: CalendarSnapshot, since: Since, versions: Versions | None = None
    ) -> None:
        self.catalog = catalog
        self.calendar = calendar
        self.since = since
        self.versions = versions
        self._prepare = lru_cache(maxsize=_REMEMBERED)(self._prepared)
        self._window = lru_cache(maxsize=_WINDOWS)(calendar.window)

    @classmethod
    def load(cls, folder: Path) -> Edition:
        """Blocks. Raises CatalogError or CalendarFileError with every fault found."""
        return cls(load_catalog(folder), load_calendar(folder / "calendars"), Since(_last_changed(folder), 0))

    @property
    def dated(self) -> date:
        """Its day, by the clock of China."""
        return local_date(self.since.at)

    @cached_property
    def matcher(self) -> Matcher:
        return Matcher(self.catalog)

    @classmethod
    def published(cls, store: PublishedStore) -> Edition:
        """What is in force in the store. Blocks. Raises NothingPublished, or StoreDamaged with every fault found."""
        found = store.load()
        since = Since(found.record.published_at, found.record.number)
        return cls(found.catalog, found.calendar, since, Versions(store, found.record))

    def theme(self, code: str) -> Theme:
        """Raises UnknownTheme."""
        theme = self.catalog.themes.get(code)
        if theme is None:
            raise UnknownTheme(code)
        return theme

    def prepare(self, theme: str, answers: Mapping[str, str], division: str) -> Prepared:
        """Raises InvalidAnswers, UnknownTheme, ForeignDivision."""
        return self._prepare(theme, tuple(sorted(answers.items())), division)

    def calendar_from(self, day: date, today: date | None = None) -> CalendarSnapshot:
        """The calendar a case received that day travels with; ``today``, when that is later, is what it reaches ahead
        of."""
        return self._window(day.year, (today or day).year + _YEARS_AHEAD)

    def _prepared(self, theme: str, answers: tuple[tuple[str, str], ...], division: str) -> Prepared:
        compilation = compile_theme(self.catalog, theme, dict(answers), division)
        return Prepared(self.catalog.themes[theme], compilation, cut_of(self.catalog, compilation))


def _last_changed(folder: Path) -> datetime:
    """Instant of the latest change to a file of the folder. Blocks."""
    return datetime.fromtimestamp(max(path.stat().st_mtime for path in folder.rglob("*.yaml")), UTC)
