"""Reading the file of delays: its model, or every fault of it with its line."""

from __future__ import annotations

from pathlib import Path

from lianban.catalog.faults import Fault, FieldPath, dotted, nearest
from lianban.catalog.models import Catalog
from lianban.catalog.validation import validate_entry
from lianban.catalog.yaml_source import parse
from lianban_rehearsal.delays.models import DelayFile

_Found = tuple[FieldPath, str, str]


def read_delays(path: Path, catalog: Catalog) -> tuple[DelayFile | None, list[Fault]]:
    """Codes must be those of the catalogue, not of one theme: a city keeps one such file. Raises OSError."""
    source = parse(path.read_bytes())
    if source.data is None:
        return None, [
            Fault(str(path), line, dotted(at) or "文件", text, cure) for at, line, text, cure in source.faults
        ]
    found, invalid = validate_entry(DelayFile, source.data)
    faults = [(at, line, text, cure) for at, line, text, cure in source.faults]
    faults += [(at, source.line(at), text, cure) for at, text, cure in invalid]
    faults += [(at, source.line(at), text, cure) for at, text, cure in _foreign(source.data, catalog)]
    return found, [Fault(str(path), line, dotted(at) or "文件", text, cure) for at, line, text, cure in faults]


def _foreign(data: object, catalog: Catalog) -> list[_Found]:
    """What the catalogue does not know, or cannot happen by it: looked for whatever else is wrong."""
    faults: list[_Found] = []
    for code in _section(data, "departments"):
        if code not in catalog.departments:
            cure = nearest(code, catalog.departments)
            faults.append((("departments", code), f"目录中没有部门 {code}", cure))
    for code, profile in _section(data, "matters").items():
        matter = catalog.matters.get(code)
        if matter is None:
            faults.append((("matters", code), f"目录中没有事项 {code}", nearest(code, catalog.matters)))
        elif isinstance(profile, dict) and "stop" in profile and not matter.special_procedures:
            place: FieldPath = ("matters", code, "stop")
            faults.append((place, f"事项 {code} 在目录中没有特别程序", "删去 stop，或先在目录中写明特别程序"))
    return faults


def _section(data: object, name: str) -> dict[str, object]:
    section = data.get(name) if isinstance(data, dict) else None
    return section if isinstance(section, dict) else {}
