"""What is wrong with a catalogue, and how it is told: where, what, and the cure, in Chinese."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches

FieldPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A fault at its place in a file. ``line`` counts from 1; ``file`` is relative to the catalogue's folder."""

    file: str
    line: int
    field: str
    message: str
    cure: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.message} 〔{self.cure}〕"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault at an entry of the catalogue, before its place in a file is looked up.

    ``section`` is a field of :class:`~lianban.catalog.models.Catalog`, ``field`` a path inside the entry.
    """

    section: str
    code: str
    field: FieldPath
    message: str
    cure: str


class CatalogError(ValueError):
    """A catalogue that cannot be used. Carries every fault."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("目录有误：\n" + "\n".join(str(fault) for fault in faults))
        self.faults = faults


def dotted(path: FieldPath) -> str:
    """``("steps", 2, "after")`` → ``steps[2].after``; a string in a list's place stands for an entry's code."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def nearest(word: str, known: Collection[str]) -> str:
    """A cure for a misspelt word: the nearest known one, or how to find it."""
    close = get_close_matches(word, list(known), n=1)
    return f"是否应为 {close[0]}" if close else "改用已定义的代码，或先定义它"
