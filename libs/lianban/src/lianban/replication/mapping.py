"""The mapping file: what of another division's becomes what of one's own.

    departments:                       each of the package's: a local code, a new definition, or null (offices only)
      education: education
      health: {name: 仙桃市卫生健康委员会, short_name: 卫健委, window: 市政务服务中心, phone: 0728-3222222}
      township-jingling: null
    divisions: {"429006001": null}     the same; the source's own becomes the one imported for
    windows: {一窗: 二窗}               of departments taken over as they are
    codes: {materials: {lease: lease-2}}   new codes where those of the package are taken
    texts: {天门市: 仙桃市}             words replaced in every text taken over, longest first

A code that is its own mapping and is not defined locally takes the definition over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from lianban.catalog.closure import SECTION_MODELS
from lianban.catalog.faults import dotted
from lianban.catalog.models import Department, Division, Entry
from lianban.catalog.validation import validate_entry
from lianban.catalog.yaml_source import Source, parse
from lianban.replication.package import Package
from lianban.replication.refusal import Refused

RENAMED: Final = ("subjects", "registries", "licences", "elements", "materials", "matters", "themes")
"""Sections whose codes may be changed. Facts are named inside conditions; they are to be agreed on instead."""

MAX_BYTES: Final = 1 << 20
"""Of a mapping file. One for a whole city has some kilobytes."""

Target = str | Entry | None
"""A local code, a new definition, or nothing."""


class MappingFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    departments: dict[str, Any] = Field(default_factory=dict)
    divisions: dict[str, Any] = Field(default_factory=dict)
    windows: dict[str, str] = Field(default_factory=dict)
    codes: dict[str, dict[str, str]] = Field(default_factory=dict)
    texts: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class Mapping:
    """Read, each definition a model."""

    departments: dict[str, Target] = field(default_factory=dict)
    divisions: dict[str, Target] = field(default_factory=dict)
    windows: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def renamed(self, section: str, code: str) -> str:
        return self.codes.get(section, {}).get(code, code)


def read_mapping(path: Path, package: Package) -> Mapping:
    """The mapping for this package. Refused with every fault of the file, by line."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Refused("映射文件有误", [f"{path}: 无法读取（{error.strerror}）"]) from None
    if len(text) > MAX_BYTES:
        raise Refused("映射文件有误", [f"{path}: 文件超过 {MAX_BYTES >> 20} MiB"])
    reading = _Reading(path.name, parse(text), package)
    return reading.mapping()


class _Reading:
    def __init__(self, name: str, source: Source, package: Package) -> None:
        self._name = name
        self._source = source
        self._package = package
        self._faults = [f"{name}:{line}: {message}〔{cure}〕" for _, line, message, cure in source.faults]

    def mapping(self) -> Mapping:
        file, faults = validate_entry(MappingFile, self._source.data or {})
        for path, message, cure in faults:
            self._fault(path, message, cure)
        found = Mapping()
        if file is not None:
            found = Mapping(
                departments=self._targets("departments", Department, file.departments),
                divisions=self._targets("divisions", Division, file.divisions),
                windows=file.windows,
                codes=self._codes(file.codes),
                texts=self._texts(file.texts),
            )
        if self._faults:
            raise Refused("映射文件有误", self._faults)
        return found

    def _targets(self, section: str, model: type[Entry], given: dict[str, Any]) -> dict[str, Target]:
        found: dict[str, Target] = {}
        known = getattr(self._package.catalog, section)
        for code, value in given.items():
            if code not in known:
                self._fault((section, code), f"主题包中没有 {code}", "删去，或改正代码")
            elif value is None or (isinstance(value, str | int) and not isinstance(value, bool)):
                found[code] = None if value is None else str(value)
            elif isinstance(value, dict):
                # A new definition says what is local; what kind of body it is, it has from the package.
                kept = {name: getattr(known[code], name) for name in ("kind", "level") if hasattr(known[code], name)}
                entry, faults = validate_entry(model, {"code": code, **kept, **value})
                for path, message, cure in faults:
                    self._fault((section, code, *path), message, cure)
                found[code] = entry
            else:
                self._fault((section, code), "应为本地代码、定义或 null", "改正该值")
        return found

    def _codes(self, given: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        for section, codes in given.items():
            if section not in RENAMED:
                self._fault(("codes", section), f"{section} 的代码不能在这里更换", f"可用：{'、'.join(RENAMED)}")
                continue
            known = getattr(self._package.catalog, section)
            for code, new in codes.items():
                path = ("codes", section, code)
                if code not in known:
                    self._fault(path, f"主题包中没有 {code}", "删去，或改正代码")
                elif new in known and new != code:
                    self._fault(path, f"{new} 是主题包中另一项的代码", "换一个代码")
                else:
                    data = {**known[code].model_dump(), "code": new}
                    for place, message, cure in validate_entry(SECTION_MODELS[section], data)[1]:
                        if place == ("code",):
                            self._fault(path, message, cure)
            if len(set(codes.values())) < len(codes):
                self._fault(("codes", section), "两项换成了同一个代码", "各用一个代码")
        return given

    def _texts(self, given: dict[str, str]) -> dict[str, str]:
        for text in given:
            if text.isascii():
                self._fault(("texts", text), "只替换中文文字", "代码在 departments、divisions、codes 中映射")
        return given

    def _fault(self, path: tuple[str | int, ...], message: str, cure: str) -> None:
        self._faults.append(f"{self._name}:{self._source.line(path)}: {dotted(path) or '文件'}: {message}〔{cure}〕")
