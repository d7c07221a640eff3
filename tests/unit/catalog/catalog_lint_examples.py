"""How examples of what the linter refuses are written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from catalog_samples import Raw, entry

Change = Callable[[Raw], Any]
Example = tuple[Callable[..., Any], Change, str]


def examples() -> tuple[list[Example], Callable[[Callable[..., Any], str], Callable[[Change], Change]]]:
    """A list, and what adds to it: a change to the sample that a rule must refuse with a message holding ``told``."""
    registered: list[Example] = []

    def example(rule: Callable[..., Any], told: str) -> Callable[[Change], Change]:
        def register(change: Change) -> Change:
            registered.append((rule, change, told))
            return change

        return register

    return registered, example


def theme(raw: Raw) -> Raw:
    return entry(raw, "themes", "B4")


def step(raw: Raw, name: str) -> Raw:
    found: Raw = next(item for item in theme(raw)["steps"] if item["matter"] == name)
    return found


def yes_no(code: str) -> Raw:
    return {
        "code": code,
        "text": f"{code}？",
        "options": [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}],
    }
