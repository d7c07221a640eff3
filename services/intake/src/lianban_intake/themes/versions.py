"""The published versions of an edition's themes."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from lianban.publishing.records import EditionRecord
from lianban.publishing.store import PublishedStore, latest_of


class ThemeVersion(BaseModel):
    """``version``: content hash, which cases carry as ``catalog_version``. ``changes``: against the one before."""

    model_config = ConfigDict(frozen=True)

    number: int
    version: str
    name: str
    published_at: datetime
    note: str
    changes: tuple[str, ...]
    in_force: bool


class Versions:
    """Reads them when they are first asked for: few ask, and an edition never changes."""

    def __init__(self, store: PublishedStore, edition: EditionRecord) -> None:
        self._store = store
        self._edition = edition
        self._known: dict[str, tuple[ThemeVersion, ...]] = {}

    def of(self, theme: str) -> tuple[ThemeVersion, ...]:
        """Newest first. Blocks. Raises StoreDamaged."""
        if theme not in self._known:
            current = self._edition.themes.get(theme)
            self._known[theme] = tuple(
                ThemeVersion(
                    **record.model_dump(include={"number", "version", "name", "published_at", "note", "changes"}),
                    in_force=current is not None and current.version == record.version,
                )
                for _, record in self._store.history(theme, latest_of(self._edition, theme))
            )
        return self._known[theme]
