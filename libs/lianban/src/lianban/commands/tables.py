"""Tables for a terminal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from unicodedata import east_asian_width


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], right: Collection[int] = ()) -> list[str]:
    """An empty line, then columns as wide as their widest cell, counted in terminal cells (a Chinese character takes
    two). ``right``: numbers of the columns that are set to the right. Nothing when there are no rows."""
    if not rows:
        return []
    widths = [max(_cells(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [
        "  ".join(_set(cell, widths[column], column in right) for column, cell in enumerate(row)).rstrip()
        for row in (head, *rows)
    ]
    return ["", lines[0], "-" * (sum(widths) + 2 * (len(widths) - 1)), *lines[1:]]


def _set(cell: str, width: int, right: bool) -> str:
    space = " " * (width - _cells(cell))
    return space + cell if right else cell + space


def _cells(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)
