"""What differs between two catalogues, entry by entry and field by field. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lianban.catalog.field_names import SECTION_ZH
from lianban.catalog.models import Catalog, Entry

_KEYS: Final = ("code", "matter", "element", "material", "value", "kind", "law", "when", "name")
"""What an item of a list is known by: the first of these that each item has, and no two share."""

_WHOLE: Final = ("unit", "promised")
"""A limit is told as one."""

ORDER: Final = "顺序"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``path``: field names, and what an item of a list is known by; empty: the entry as a whole.
    ``old`` and ``new`` are JSON data, None where there is nothing."""

    section: str
    code: str
    name: str
    path: tuple[str, ...]
    old: Any
    new: Any


def compare(old: Catalog, new: Catalog) -> list[Change]:
    """Every difference, from themes outward to divisions; in each section what is new, changed, and gone."""
    found: list[Change] = []
    for section in SECTION_ZH:
        before: Mapping[str, Entry] = getattr(old, section)
        after: Mapping[str, Entry] = getattr(new, section)
        for code in [*after, *(code for code in before if code not in after)]:
            found += _entry(section, code, before.get(code), after.get(code))
    return found


def _entry(section: str, code: str, old: Entry | None, new: Entry | None) -> Iterator[Change]:
    name = str(getattr(new or old, "name", code))
    before, after = _data(old), _data(new)
    if before is None or after is None:
        yield Change(section, code, name, (), before, after)
        return
    for path, was, now in _values(before, after, ()):
        yield Change(section, code, name, path, was, now)


def _data(entry: Entry | None) -> Any:
    """With defaults, so that what was left out can be told; without what is empty."""
    return None if entry is None else _filled(entry.model_dump(mode="json"))


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _filled(part) for key, part in value.items() if part not in (None, [], {})}
    return [_filled(part) for part in value] if isinstance(value, list) else value


Difference = tuple[tuple[str, ...], Any, Any]


def _values(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict) and not all(key in new for key in _WHOLE):
        for key in [*new, *(key for key in old if key not in new)]:
            yield from _values(old.get(key), new.get(key), (*path, key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(old, new, path)
    elif (isinstance(old, list) or isinstance(new, list)) and (old is None or new is None):
        yield from _lists(old or [], new or [], path)
    else:
        yield path, old, new


def _lists(old: Sequence[Any], new: Sequence[Any], path: tuple[str, ...]) -> Iterator[Difference]:
    before, after = _keyed(old, new), _keyed(new, old)
    for key in after:
        yield from _values(before.get(key), after[key], (*path, key))
    for key in before:
        if key not in after:
            yield (*path, key), before[key], None
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield (*path, ORDER), list(before), list(after)


def _keyed(items: Sequence[Any], others: Sequence[Any]) -> dict[str, Any]:
    """Items by what they are known by, in both lists alike; plain ones by themselves."""
    both = [*items, *others]
    if all(isinstance(item, dict) for item in both):
        for key in _KEYS:
            if all(key in item for item in both) and _distinct(items, key) and _distinct(others, key):
                return {str(item[key]): item for item in items}
        return {f"第{number}项": item for number, item in enumerate(items, 1)}
    return {str(item): item for item in items}


def _distinct(items: Sequence[Any], key: str) -> bool:
    return len({str(item[key]) for item in items}) == len(items)
