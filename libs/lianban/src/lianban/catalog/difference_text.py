"""Differences as people read them, in Chinese."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from lianban.catalog.difference import ORDER, Change
from lianban.catalog.field_names import SECTION_ZH, VALUE_ZH, field_zh
from lianban.catalog.models import Catalog
from lianban.catalog.wording import legal_zh, promised_zh
from lianban.clock.limits import TimeLimit

_NAMED: Final = 3
"""So many entries of a section a summary names; of the others it gives the number."""

_REFERRED: Final = {
    "after": "matters",
    "department": "departments",
    "division": "divisions",
    "element": "elements",
    "elements": "elements",
    "elicence": "licences",
    "lead": "departments",
    "material": "materials",
    "materials": "materials",
    "matter": "matters",
    "parent": "divisions",
    "registry": "registries",
    "steps": "matters",
}

_LISTS: Final = frozenset(
    {
        "after",
        "basis",
        "conditions",
        "delivery",
        "elements",
        "eligibility",
        "fees",
        "formats",
        "given",
        "materials",
        "options",
        "questions",
        "results",
        "special_procedures",
        "steps",
        "values",
    }
)
"""Fields whose parts are known by what they hold, not by a field's name."""


_ABSENT: Final = {"on_refusal": "随主题"}
"""What a field that is left out means, where that is not nothing."""


class Reader:
    """Tells changes between two catalogues, naming what codes stand for in either."""

    def __init__(self, old: Catalog, new: Catalog) -> None:
        self._catalogs = (new, old)

    def lines(self, changes: Sequence[Change]) -> list[str]:
        """A heading for each entry, below it what was changed in it."""
        found: list[str] = []
        for (section, code), group in groupby(changes, lambda change: (change.section, change.code)):
            told = list(group)
            found.append(f"{self._sign(told)} {SECTION_ZH[section]} {told[0].name}（{code}）")
            found += [f"    {line}" for change in told if change.path for line in self._change(change)]
        return found

    def summary(self, changes: Sequence[Change]) -> tuple[str, ...]:
        """The same in a few words."""
        found: list[str] = []
        for section, group in groupby(changes, lambda change: change.section):
            entries = {code: list(told) for code, told in groupby(group, lambda change: change.code)}
            for sign, word in (("＋", "新增"), ("～", "修改"), ("－", "删去")):
                names = [told[0].name for told in entries.values() if self._sign(told) == sign]
                if not names:
                    continue
                if section == "themes" and sign == "～":
                    fields = [field_zh(c.path[0]) for told in entries.values() for c in told if c.path]
                    found.append("主题：" + "、".join(dict.fromkeys(fields)))
                else:
                    more = f"等 {len(names)} 项" if len(names) > _NAMED else ""
                    found.append(f"{word}{SECTION_ZH[section]}：{'、'.join(names[:_NAMED])}{more}")
        return tuple(found)

    def _sign(self, told: Sequence[Change]) -> str:
        if told[0].path:
            return "～"
        return "＋" if told[0].old is None else "－"

    def _change(self, change: Change) -> Iterator[str]:
        place = " · ".join(self._place(change.path))
        field = change.path[0] if len(change.path) == 1 else _last_field(change.path)
        if change.path[-1] == ORDER:
            yield f"{place}：{'、'.join(map(str, change.old))} → {'、'.join(map(str, change.new))}"
            return
        # An item of a list that came or went; its key says most of it already.
        item = len(change.path) > 1 and change.path[-2] in _LISTS
        if item and change.old is None:
            yield f"{place}：新增{self._details(change.new, field)}"
        elif item and change.new is None:
            yield f"{place}：删去{self._details(change.old, field)}"
        else:
            yield f"{place}：{self._value(field, change.old)} → {self._value(field, change.new)}"

    def _place(self, path: tuple[str, ...]) -> Iterator[str]:
        for position, part in enumerate(path):
            before = path[position - 1] if position else ""
            yield self._item(before, part) if before in _LISTS else field_zh(part)

    def _item(self, field: str, key: str) -> str:
        words = VALUE_ZH.get(field, {})
        return words.get(key) or self._name(_REFERRED.get(field, ""), key) or key

    def _name(self, section: str, code: str) -> str | None:
        for catalog in self._catalogs:
            entry = getattr(catalog, section, {}).get(code) if section else None
            if entry is not None:
                return f"{entry.name}（{code}）"
        return None

    def _details(self, value: Any, field: str) -> str:
        """What an item says beyond its key."""
        if not isinstance(value, dict):
            return ""
        told = [f"{field_zh(key)} {self._value(key, part)}" for key, part in value.items() if key != _key_of(value)]
        return f"（{'；'.join(told)}）" if told else ""

    def _value(self, field: str, value: Any) -> str:
        if value is None:
            return _ABSENT.get(field, "无")
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, dict):
            if "unit" in value and "promised" in value:
                return _limit(value)
            return "；".join(f"{field_zh(key)} {self._value(key, part)}" for key, part in value.items())
        if isinstance(value, list):
            return "、".join(self._value(field, part) for part in value) or "无"
        if isinstance(value, str):
            return VALUE_ZH.get(field, {}).get(value) or self._name(_REFERRED.get(field, ""), value) or value
        return json.dumps(value, ensure_ascii=False)


def _last_field(path: tuple[str, ...]) -> str:
    """Whose value the last part is: its own name, or that of the list it stands in."""
    return path[-2] if path[-2] in _LISTS else path[-1]


def _key_of(value: Mapping[str, Any]) -> str:
    return next((key for key in ("code", "matter", "element", "material", "value", "kind", "law") if key in value), "")


def _limit(value: Mapping[str, Any]) -> str:
    limit = TimeLimit.model_validate(value)
    legal = legal_zh(limit)
    return f"承诺{promised_zh(limit)}" + (f"、法定{legal}" if legal else "")
