"""Definitions written into the YAML files of a catalogue's folder, in its layout."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import yaml

from lianban.catalog.closure import SECTION_MODELS, entry_data
from lianban.catalog.models import Entry, Matter
from lianban.catalog.yaml_source import parse
from lianban.publishing.store import SHARED
from lianban.replication.refusal import Refused
from lianban.replication.transfer import Transfer

_ITEM: Final = re.compile(r"^( *)- ", re.MULTILINE)


def write(folder: Path, transfer: Transfer, files: Mapping[tuple[str, str], str], source: str) -> list[Path]:
    """Write what is added and replaced; the files written. ``files``: where local definitions stand. ``source``: the
    division it came from, which names new files. Refused where a file is not inside the folder, such as one behind a
    link: the folder may be a copy that is to be thrown away, what is outside is not."""
    written: dict[Path, None] = {}
    for section in SECTION_MODELS:
        for code, entry in transfer.replaced[section].items():
            path = _inside(folder, files[section, code])
            _replace(path, section, code, entry)
            written[path] = None
        for name, entries in _by_file(section, transfer.added[section].values(), source).items():
            path = _inside(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            if section == "themes":
                path.write_text(_dumped({"theme": entry_data(entries[0])}), encoding="utf-8")
            else:
                _append(path, section, [entry_data(entry) for entry in entries])
            written[path] = None
    return list(written)


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise Refused("没有引入", [f"{name}: 在目录文件夹之外（经由链接或 ..），改为文件夹内的文件"])
    return path


def _by_file(section: str, entries: Any, source: str) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        if section == "themes":
            name = f"themes/{entry.code}.yaml"
        elif isinstance(entry, Matter):
            name = f"matters/{entry.department}/from-{source}.yaml"
        else:
            name = f"{section}.yaml" if section in SHARED else f"{section}/from-{source}.yaml"
        found.setdefault(name, []).append(entry)
    return found


def _append(path: Path, section: str, entries: Sequence[Mapping[str, Any]]) -> None:
    """At the end of the file's list, comments and all else left as it is, where that can be."""
    if not path.exists():
        path.write_text(_dumped({section: list(entries)}), encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    before = _listed(text, section)
    indent = found[1] if (found := _ITEM.search(text)) else "  "
    items = "".join(f"{indent}{line}\n" for line in _dumped(list(entries)).splitlines())
    longer = f"{text.rstrip()}\n{items}"
    if _listed(longer, section) != [*before, *_listed(_dumped({section: list(entries)}), section)]:
        longer = _dumped({section: [*before, *entries]})  # a list in brackets, or something after it
    path.write_text(longer, encoding="utf-8")


def _replace(path: Path, section: str, code: str, entry: Entry) -> None:
    """The file is written anew; comments in it are lost."""
    if section == "themes":
        path.write_text(_dumped({"theme": entry_data(entry)}), encoding="utf-8")
        return
    items = _listed(path.read_text(encoding="utf-8"), section)
    changed = [entry_data(entry) if item["code"] == code else item for item in items]
    path.write_text(_dumped({section: changed}), encoding="utf-8")


def _listed(text: str, section: str) -> list[Any]:
    data = parse(text.encode()).data
    found = data.get(section) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


class _Dumper(yaml.SafeDumper):
    """Lists under a key are indented, as in files written by hand."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _decimal(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    return dumper.represent_str(str(value))


_Dumper.add_representer(Decimal, _decimal)


def _dumped(data: Any) -> str:
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
