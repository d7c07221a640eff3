"""Matters as past cases name them: the catalogue's, by code or name, and others the catalogue does not have yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lianban.catalog.models import Catalog, Matter

FIGURES: Final = ("steps", "days", "visits", "materials")
"""What a case took alone, where it is known. ``days`` are working days."""


MAX_NAMED: Final = 20_000
"""Different pairs of matter and department in one file."""


class UnusableMatter(ValueError):
    """A matter that cannot be told, or one too many."""

    def __init__(self, message_zh: str) -> None:
        super().__init__("unusable matter")
        self.message_zh = message_zh


@dataclass(slots=True)
class Mean:
    count: int = 0
    total: int = 0

    def add(self, value: int) -> None:
        self.count += 1
        self.total += value


@dataclass(slots=True)
class PastMatter:
    """``matter``: the catalogue's entry, if it has one. ``seen``: figures told by past cases."""

    name: str
    department: str
    matter: Matter | None = None
    seen: dict[str, Mean] = field(default_factory=lambda: {name: Mean() for name in FIGURES})

    def figure(self, name: str) -> float:
        """Mean of past cases; the catalogue's figure where none tells it; 0 where nobody does."""
        mean = self.seen[name]
        if mean.count:
            return mean.total / mean.count
        if self.matter is None:
            return 0.0
        if name == "materials":
            return float(len(self.materials))
        return float(getattr(self.matter.before, name))

    @property
    def materials(self) -> frozenset[str]:
        return frozenset(use.material for use in self.matter.materials) if self.matter else frozenset()


class PastMatters:
    """Numbers the matters in the order in which they are first named."""

    def __init__(self, catalog: Catalog) -> None:
        self.matters: list[PastMatter] = []
        self._catalog = catalog
        self._named: dict[str, list[Matter]] = {}
        for matter in catalog.matters.values():
            self._named.setdefault(matter.name, []).append(matter)
        self._departments = {
            word: item.code for item in catalog.departments.values() for word in (item.code, item.name, item.short_name)
        }
        self._numbers: dict[tuple[str, str], int] = {}
        self._by_code: dict[str, int] = {}

    def number(self, matter: str, department: str) -> int:
        """The number of a matter given by code or name; raises :class:`UnusableMatter`."""
        known = self._numbers.get((matter, department))
        if known is None:
            if len(self._numbers) >= MAX_NAMED:
                raise UnusableMatter(f"不同的事项、部门超过 {MAX_NAMED} 种，请检查 matter、department 两列")
            known = self._numbers[matter, department] = self._new(matter, department)
        return known

    def _new(self, text: str, department: str) -> int:
        found = self._found(text, department)
        name = self._departments.get(department, department)
        key = found.code if found else f"{name}/{text}"
        if key not in self._by_code:
            self._by_code[key] = len(self.matters)
            held = self._catalog.departments.get(found.department if found else name)
            shown = held.short_name if held else department
            self.matters.append(PastMatter(found.name if found else text, shown, found))
        return self._by_code[key]

    def _found(self, text: str, department: str) -> Matter | None:
        if matter := self._catalog.matters.get(text):
            return matter
        named = self._named.get(text, [])
        own = [matter for matter in named if matter.department == self._departments.get(department)]
        if len(named) < 2 or len(own) == 1:
            return next(iter(own or named), None)
        raise UnusableMatter(f"matter 有多个同名事项，请改写代码（{'、'.join(matter.code for matter in named)}）")
