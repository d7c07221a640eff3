"""Reads a catalogue's folder: the only module of the catalogue that touches files.

Layout, each file a mapping with one top key::

    divisions.yaml  departments.yaml           divisions: / departments: [...]
    registries.yaml  licences.yaml             registries: / licences: [...]
    subjects.yaml  facts.yaml  answers.yaml    subjects: / facts: / answers: [...]
    elements.yaml   or elements/*.yaml         elements: [...]
    materials.yaml  or materials/*.yaml        materials: [...]
    matters/<department>.yaml                  matters: [...]
    matters/<department>/<subject>.yaml        the same, for a department with many
    themes/<CODE>.yaml                         theme: {...}
    calendars/                                 not read here
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lianban.catalog.closure import SECTION_MODELS
from lianban.catalog.faults import CatalogError, Fault, FieldPath, Finding, dotted
from lianban.catalog.lint import lint
from lianban.catalog.models import Catalog, Entry, Matter, Theme
from lianban.catalog.validation import validate_entry
from lianban.catalog.yaml_source import MAX_BYTES, Source, parse

_TOP_FILES: Final = (
    "divisions",
    "departments",
    "subjects",
    "registries",
    "licences",
    "facts",
    "answers",
    "elements",
    "materials",
)
_FOLDERS: Final = ("elements", "materials", "matters", "themes")
_DIVIDED: Final = "matters"
"""The section whose files may stand one folder deeper."""
_IGNORED_FOLDERS: Final = ("calendars",)


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where an entry stands."""

    file: str
    source: Source
    prefix: FieldPath


@dataclass(slots=True)
class _Reading:
    entries: dict[str, dict[str, Entry]] = field(default_factory=lambda: {section: {} for section in SECTION_MODELS})
    broken: dict[str, set[str]] = field(default_factory=lambda: {section: set() for section in SECTION_MODELS})
    origins: dict[tuple[str, str], _Origin] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, file: str, line: int, path: FieldPath, message: str, cure: str) -> None:
        self.faults.append(Fault(file, line, dotted(path) or "文件", message, cure))

    def located(self, finding: Finding) -> Fault:
        origin = self.origins[finding.section, finding.code]
        line = origin.source.line((*origin.prefix, *finding.field))
        return Fault(
            origin.file, line, _shown(finding.section, finding.code, finding.field), finding.message, finding.cure
        )


def load_catalog(folder: Path | str) -> Catalog:
    """The catalogue, for use. :class:`CatalogError` with every fault when it cannot be read or contradicts itself;
    definitions that nothing uses (yet) do not keep a service from starting."""
    catalog, faults = _read(Path(folder), tidy=False)
    if catalog is None or faults:
        raise CatalogError(faults)
    return catalog


def read_catalog(folder: Path | str) -> tuple[Catalog | None, list[Fault]]:
    """The catalogue (None when some entry could not be read) and every fault, the linter's too, by file and line."""
    return _read(Path(folder), tidy=True)


@dataclass(frozen=True, slots=True)
class Definitions:
    """What a folder defines that may have no theme yet, or not exist. ``files``: (section, code) → file, relative to
    the folder. ``faults``: those that keep it from being used."""

    catalog: Catalog
    files: dict[tuple[str, str], str]
    faults: list[Fault]


def read_definitions(folder: Path) -> Definitions:
    """As :func:`load_catalog` reads them, with the place of each."""
    reading = _Reading()
    if folder.exists():
        for file, section, content in _files(folder, reading):
            _read_file(file, section, parse(content), reading)
    catalog = Catalog.model_validate(reading.entries)
    reading.faults += [reading.located(finding) for finding in lint(catalog, reading.broken, tidy=False)]
    files = {place: origin.file for place, origin in reading.origins.items()}
    return Definitions(catalog, files, sorted(set(reading.faults)))


def _read(folder: Path, *, tidy: bool) -> tuple[Catalog | None, list[Fault]]:
    reading = _Reading()
    for file, section, content in _files(folder, reading):
        _read_file(file, section, parse(content), reading)
    if not reading.entries["themes"] and not reading.faults:
        reading.fault("themes", 1, (), "目录中没有主题", "在 themes/ 下为每个主题写一个文件")
    readable = not reading.faults
    catalog = Catalog.model_validate(reading.entries)
    reading.faults += [reading.located(finding) for finding in lint(catalog, reading.broken, tidy=tidy, whole=readable)]
    return catalog if readable else None, sorted(set(reading.faults))


def _files(folder: Path, reading: _Reading) -> Iterator[tuple[str, str, bytes]]:
    """(path relative to the folder, section, content) of each file of the layout; all else becomes a fault."""
    if not folder.is_dir():
        reading.fault(str(folder), 1, (), "目录文件夹不存在", "检查路径")
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in _IGNORED_FOLDERS:
            continue
        if path.is_symlink():
            reading.fault(path.name, 1, (), "不允许符号链接", "换成文件本身")
        elif path.is_dir():
            yield from _files_below(path, reading)
        elif path.stem in _TOP_FILES and path.suffix == ".yaml":
            yield from _content(path, path.name, path.stem, reading)
        else:
            _misplaced(path, path.name, reading)


def _files_below(folder: Path, reading: _Reading) -> Iterator[tuple[str, str, bytes]]:
    if folder.name not in _FOLDERS:
        reading.fault(folder.name, 1, (), "目录布局中没有这个文件夹", f"可用：{'、'.join(_FOLDERS)}")
        return
    for path in sorted(folder.iterdir()):
        name = f"{folder.name}/{path.name}"
        if path.name.startswith("."):
            continue
        if path.is_symlink():
            reading.fault(name, 1, (), "不允许符号链接", "换成文件本身")
        elif path.suffix == ".yaml" and path.is_file():
            yield from _content(path, name, folder.name, reading)
        elif folder.name == _DIVIDED and path.is_dir():
            yield from _subjects(path, name, reading)
        else:
            _misplaced(path, name, reading)


def _subjects(folder: Path, name: str, reading: _Reading) -> Iterator[tuple[str, str, bytes]]:
    """The files of one department with many matters."""
    for path in sorted(folder.iterdir()):
        below = f"{name}/{path.name}"
        if path.name.startswith("."):
            continue
        if path.is_symlink():
            reading.fault(below, 1, (), "不允许符号链接", "换成文件本身")
        elif path.suffix == ".yaml" and path.is_file():
            yield from _content(path, below, _DIVIDED, reading)
        else:
            _misplaced(path, below, reading)


def _misplaced(path: Path, name: str, reading: _Reading) -> None:
    """A document beside the data is welcome; YAML that nothing reads is a mistake, so is a nested folder."""
    if path.suffix in (".yaml", ".yml", ".json") or path.is_dir():
        reading.fault(name, 1, (), "不在目录布局之内，不会被读取", "移到布局规定的位置，扩展名用 .yaml")


def _content(path: Path, name: str, section: str, reading: _Reading) -> Iterator[tuple[str, str, bytes]]:
    # Without following links and without waiting, then checked by descriptor: what was looked at is what is read.
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        reading.fault(name, 1, (), "文件无法打开", "检查权限与文件类型")
        return
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            reading.fault(name, 1, (), "不是普通文件", "换成普通文件")
            return
        yield name, section, file.read(MAX_BYTES + 1)


def _read_file(file: str, section: str, source: Source, reading: _Reading) -> None:
    for path, line, message, cure in source.faults:
        reading.fault(file, line, path, message, cure)
    if source.data is None:
        return
    key = "theme" if section == "themes" else section
    if not isinstance(source.data, dict) or key not in source.data:
        reading.fault(file, 1, (), f"文件顶层应为 {key}:", f"以 {key}: 开头")
        return
    for other in source.data.keys() - {key}:
        reading.fault(file, source.line((other,)), (other,), f"未知字段 {other}", f"顶层只允许 {key}:")
    content = source.data[key]
    if section == "themes":
        _read_entry(_Origin(file, source, (key,)), section, content, reading)
    elif isinstance(content, list):
        for index, data in enumerate(content):
            _read_entry(_Origin(file, source, (key, index)), section, data, reading)
    else:
        reading.fault(file, source.line((key,)), (key,), "应为列表", "改为以 - 开头的列表")


def _read_entry(origin: _Origin, section: str, data: object, reading: _Reading) -> None:
    entry, faults = validate_entry(SECTION_MODELS[section], data)
    code = data.get("code") if isinstance(data, dict) else None
    known = code if isinstance(code, str) else None
    for path, message, cure in faults:
        line = origin.source.line((*origin.prefix, *path))
        shown = _shown(section, known, path) if known else dotted((*origin.prefix, *path))
        reading.faults.append(Fault(origin.file, line, shown, message, cure))
    if known is None:
        return
    line = origin.source.line((*origin.prefix, "code"))
    if first := reading.origins.get((section, known)):
        place = f"{first.file}:{first.source.line((*first.prefix, 'code'))}"
        message = f"代码 {known} 重复，已在 {place} 定义"
        reading.faults.append(
            Fault(origin.file, line, _shown(section, known, ("code",)), message, "改用另一个代码，或删去其一")
        )
        return
    reading.origins[section, known] = origin
    if entry is None:
        reading.broken[section].add(known)
        return
    reading.entries[section][known] = entry
    _check_file_name(origin, section, entry, line, reading)


def _check_file_name(origin: _Origin, section: str, entry: Entry, line: int, reading: _Reading) -> None:
    """themes/<CODE>.yaml, matters/<department>.yaml or a folder of that name: the name says what is inside."""
    stem = Path(origin.file).parts[1].removesuffix(".yaml") if "/" in origin.file else Path(origin.file).stem
    if isinstance(entry, Theme) and entry.code != stem:
        shown = _shown(section, entry.code, ("code",))
        message = f"主题代码 {entry.code} 与文件名 {stem} 不一致"
        reading.faults.append(Fault(origin.file, line, shown, message, f"文件改名为 {entry.code}.yaml，或改代码"))
    if isinstance(entry, Matter) and entry.department != stem:
        shown = _shown(section, entry.code, ("department",))
        line = origin.source.line((*origin.prefix, "department"))
        message = f"事项属于 {entry.department}，却写在 {stem} 的文件里"
        reading.faults.append(Fault(origin.file, line, shown, message, f"移到 matters/{entry.department}.yaml"))


def _shown(section: str, code: str | None, path: FieldPath) -> str:
    head = "theme" if section == "themes" else f"{section}[{code}]"
    return dotted((head, *path))
