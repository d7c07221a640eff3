"""Which theme, if any, covers a group of matters already."""

from __future__ import annotations

from collections.abc import Set
from itertools import islice
from typing import Final

from lianban.catalog.answers import bindings, combinations
from lianban.catalog.index import theme_index
from lianban.catalog.models import Catalog

_SITUATIONS: Final = 4096


class Coverage:
    """A theme covers a group when one of its situations has all the group's matters. What a theme has in different
    situations only, it does not join."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._themes = sorted(catalog.themes.values(), key=lambda theme: theme.place)
        self._situations: dict[str, frozenset[frozenset[str]]] = {}

    def theme(self, codes: Set[str]) -> str | None:
        """Code of the first theme that covers the matters."""
        for theme in self._themes:
            if codes <= {step.matter for step in theme.steps} and any(
                codes <= matters for matters in self._of(theme.code)
            ):
                return theme.code
        return None

    def _of(self, code: str) -> frozenset[frozenset[str]]:
        """Matters of each situation of a theme, computed once."""
        if code not in self._situations:
            index = theme_index(self._catalog, code)
            self._situations[code] = frozenset(
                frozenset(
                    step.matter.code for step in index.steps if step.condition is None or step.condition.holds(bound)
                )
                for bound in (
                    bindings(index.theme, answers) for answers in islice(combinations(index.theme), _SITUATIONS)
                )
            )
        return self._situations[code]
