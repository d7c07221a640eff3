"""跨层联办: which body handles a matter for an applicant of a division (R11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lianban.catalog.models import Department, Division, Matter


def upward(divisions: Mapping[str, Division], code: str) -> Iterator[str]:
    """The division and those above it, nearest first. Ends at an unknown one."""
    current: str | None = code
    for _ in divisions:  # a division has no more divisions above it than there are
        if current is None or current not in divisions:
            return
        yield current
        current = divisions[current].parent


def handling_body(
    departments: Mapping[str, Department], divisions: Mapping[str, Division], matter: Matter, division: str
) -> Department:
    """Of the bodies the matter is delegated to, the one of the nearest division upward; else its own department."""
    if matter.handled_by is not None:
        offices = {item.division: item for item in departments.values() if item.role == matter.handled_by}
        for code in upward(divisions, division):
            if code in offices:
                return offices[code]
    return departments[matter.department]
