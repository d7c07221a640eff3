"""What the published store holds.

Each record names the one before it by the SHA-256 of its file, so that the whole past hangs on what is in force.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

FORMAT: Final = 1

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Line = tuple[str, dict[str, Any]]
"""(section, entry as JSON data)."""


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    format: Literal[1] = FORMAT


class VersionRecord(Record):
    """One version of a theme, whole. ``number`` counts a theme's versions from 1; ``version`` is the hash of
    ``content``, as :attr:`~lianban.catalog.index.ThemeIndex.version` computes it."""

    theme: str
    name: str
    number: int = Field(ge=1)
    version: Version
    published_at: datetime
    note: str = ""
    changes: tuple[str, ...] = Field(description="against the version before, in a few words")
    previous: Digest | None
    content: tuple[Line, ...]


class InForce(BaseModel):
    """A theme of an edition. ``record``: of the version in force; ``latest``: of the newest, from which all of them
    are found. They differ where a theme was put back to an earlier version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Version
    number: int
    record: Digest
    latest: Digest


class EditionRecord(Record):
    """All that is in force at a time. ``retired``: themes of earlier editions, with their newest record.
    ``shared``: definitions kept whole and in order, beyond what themes refer to; ``calendar``: the year files."""

    number: int = Field(ge=1)
    published_at: datetime
    note: str = ""
    previous: Digest | None
    themes: dict[str, InForce]
    retired: dict[str, Digest]
    shared: Digest
    calendar: Digest


class Pointer(Record):
    """Which edition is in force: its hash, and the version of each theme."""

    edition: Digest
    number: int
    themes: dict[str, Version]
