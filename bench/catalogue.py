"""What reading, checking and compiling the catalogue costs: ``python bench/catalogue.py [folder]``.

Processor time, and of several turns the least: what else the machine does can only add to it. A theme compiled for the
first time is one of a catalogue just loaded, as a service does when it starts or takes a new edition.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from statistics import median

import yaml

from lianban.catalog import yaml_nodes, yaml_source
from lianban.catalog.answers import combinations, first_answers
from lianban.catalog.compiler import compile_theme
from lianban.catalog.lint import lint
from lianban.catalog.loader import load_catalog, read_catalog
from lianban.catalog.models import Catalog

TURNS = 5
SITUATIONS = 100
"""Sets of answers compiled of each theme, at the most."""


def milliseconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000


def least(work: Callable[[], object]) -> float:
    return min(milliseconds(work) for _ in range(TURNS))


def parsed(folder: Path) -> None:
    """Every file's text made into data."""
    for path in folder.rglob("*.yaml"):
        if path.parent.name != "calendars":
            yaml_source.parse(path.read_bytes())


def without_libyaml(folder: Path) -> float:
    loader = yaml_nodes._LOADER
    try:
        yaml_nodes._LOADER = yaml.BaseLoader
        return milliseconds(lambda: parsed(folder))
    finally:
        yaml_nodes._LOADER = loader


def first_compilations(folder: Path) -> dict[str, float]:
    """Theme → ms of its first compilation."""
    catalog = load_catalog(folder)
    found: dict[str, float] = {}
    for code, theme in catalog.themes.items():
        answers = first_answers(theme)
        found[code] = milliseconds(lambda: compile_theme(catalog, code, answers, theme.division))  # noqa: B023
    return found


def compilations(catalog: Catalog) -> dict[str, float]:
    """Theme → ms of its slowest set of answers, each the least of the turns."""
    return {
        code: max(
            least(lambda: compile_theme(catalog, code, answers, theme.division))  # noqa: B023
            for answers in islice(combinations(theme), SITUATIONS)
        )
        for code, theme in catalog.themes.items()
    }


def told(name: str, times: dict[str, float]) -> str:
    worst = max(times, key=times.__getitem__)
    return f"{name:<34} median {median(times.values()):5.2f} ms   worst {times[worst]:5.2f} ms ({worst})"


def main(folder: Path) -> None:
    first_time = milliseconds(lambda: read_catalog(folder))
    catalog = load_catalog(folder)
    turns = [first_compilations(folder) for _ in range(TURNS)]
    first = {code: min(turn[code] for turn in turns) for code in turns[0]}
    print(f"{len(catalog.themes)} themes, {len(catalog.matters)} matters, {len(catalog.elements)} elements")
    print(f"{'read and checked, first time':<34} {first_time:12.0f} ms")
    print(f"{'read and checked, again':<34} {least(lambda: read_catalog(folder)):12.0f} ms")
    print(f"{'  of which YAML to data':<34} {least(lambda: parsed(folder)):12.0f} ms")
    print(f"{'    the same without libyaml':<34} {without_libyaml(folder):12.0f} ms")
    print(f"{'  of which the linter':<34} {least(lambda: lint(catalog)):12.0f} ms")
    print(told("theme compiled, first time", first))
    print(told(f"theme compiled, {SITUATIONS} situations", compilations(catalog)))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "catalog"))
