"""The order of a theme's steps."""

from __future__ import annotations

from collections.abc import Iterator

from lianban.catalog.faults import Finding, nearest
from lianban.catalog.graph import cycles
from lianban.catalog.models import Catalog, Theme, ThemeStep


def code_of(step: ThemeStep) -> str:
    return step.code or step.matter


def duplicate_steps(catalog: Catalog, theme: Theme) -> Iterator[Finding]:
    """Two steps of one code."""
    seen: set[str] = set()
    for index, step in enumerate(theme.steps):
        if code_of(step) in seen:
            message = f"环节 {code_of(step)} 重复"
            yield Finding("themes", theme.code, ("steps", index), message, "用 code 给同一事项的各个环节不同的代码")
        seen.add(code_of(step))


def unknown_predecessors(catalog: Catalog, theme: Theme) -> Iterator[Finding]:
    """``after`` names steps of the same theme."""
    codes = {code_of(step) for step in theme.steps}
    for index, step in enumerate(theme.steps):
        for position, before in enumerate(step.after):
            if before not in codes:
                field = ("steps", index, "after", position)
                yield Finding("themes", theme.code, field, f"前置环节 {before} 不在本主题中", nearest(before, codes))


def cycle(catalog: Catalog, theme: Theme) -> Iterator[Finding]:
    """Steps that wait for each other."""
    codes = [code_of(step) for step in theme.steps]
    for found in cycles({code_of(step): step.after for step in theme.steps}):
        message = f"环节互为前置，成环：{' → '.join([*found, found[0]])}"
        yield Finding("themes", theme.code, ("steps", codes.index(found[0]), "after"), message, "去掉其中一个 after")
