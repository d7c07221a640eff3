"""YAML text → plain data with the line of every value. Pure; what it refuses, a catalogue has no use for.

Refused: several documents, tags, duplicate keys, recursive aliases, and aliases that blow a file up beyond
``MAX_NODES`` values. Scalars are read by YAML 1.2, where ``no`` and ``2023-01-01`` are text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from lianban.catalog.faults import FieldPath
from lianban.catalog.yaml_nodes import MAX_DEPTH, Collection, Node, Scalar, YamlProblem, compose

MAX_BYTES: Final = 1 << 20
MAX_NODES: Final = 50_000

_TAG: Final = "tag:yaml.org,2002:"
_PLAIN_TAGS: Final = frozenset(_TAG + name for name in ("map", "seq", "str", "int", "float", "bool", "null"))
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+\.[0-9]+")


@dataclass(slots=True)
class Source:
    """A file as read."""

    data: object = None
    root: Node | None = None
    faults: list[tuple[FieldPath, int, str, str]] = field(default_factory=list)

    def line(self, path: FieldPath) -> int:
        """Line (from 1) of the path: of its key in a mapping, else of the value; of the nearest thing around it when
        it does not exist."""
        node = self.root
        line = node.line if node is not None else 1
        for part in path:
            found = _child(node, part)
            if found is None:
                break
            line, node = found
        return line


def _child(node: Node | None, part: str | int) -> tuple[int, Node] | None:
    """Line and node of one part of a path below ``node``."""
    if not isinstance(node, Collection):
        return None
    if not node.mapping:
        item = node.items[part] if isinstance(part, int) and part < len(node.items) else None
        return None if item is None else (item.line, item)
    pairs = zip(node.items[::2], node.items[1::2], strict=True)
    return next(((key.line, value) for key, value in pairs if isinstance(key, Scalar) and key.text == part), None)


class _Refused(Exception):
    """Reading cannot go on."""


def parse(content: bytes) -> Source:
    """Read one file. ``data`` is None when there are faults that leave nothing to look at."""
    source = Source()
    if len(content) > MAX_BYTES:
        source.faults.append(((), 1, f"文件超过 {MAX_BYTES // 1024} KiB", "拆成几个文件"))
        return source
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        source.faults.append(((), 1, "不是 UTF-8 编码", "另存为 UTF-8"))
        return source
    try:
        source.root = compose(text)
    except YamlProblem as error:
        message, cure = f"YAML 语法有误（{error.problem}）", "检查该行的缩进、冒号、引号与括号"
        if not error.problem:
            message, cure = "YAML 无法读取", "检查控制字符"
        source.faults.append(((), error.line, message, cure))
        return source
    try:
        source.data = None if source.root is None else _Reader(source).value(source.root, (), ())
    except _Refused:
        return source
    if source.data is None and not source.faults:
        source.faults.append(((), 1, "文件为空", "写入内容，或删去文件"))
    return source


class _Reader:
    """Turns nodes into data, counting each value as often as aliases repeat it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0

    def value(self, node: Node, path: FieldPath, around: tuple[int, ...]) -> object:
        self.count += 1
        if self.count > MAX_NODES:
            self._refuse(path, node.line, f"展开别名后超过 {MAX_NODES} 个值", "去掉别名（&、*），改为逐项写明")
        if node.tag is not None and node.tag not in _PLAIN_TAGS:
            self.source.faults.append((path, node.line, f"不允许的标签 {node.tag}", "去掉以 ! 开头的标签"))
            return None
        if isinstance(node, Scalar):
            return _scalar(node)
        if id(node) in around:
            self._refuse(path, node.line, "别名引用了自身", "去掉该别名")
        if len(around) == MAX_DEPTH:
            self._refuse(path, node.line, f"展开别名后超过 {MAX_DEPTH} 层", "去掉别名（&、*），改为逐项写明")
        inside = (*around, id(node))
        if node.mapping:
            return self._mapping(node, path, inside)
        return [self.value(item, (*path, index), inside) for index, item in enumerate(node.items)]

    def _mapping(self, node: Collection, path: FieldPath, inside: tuple[int, ...]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key_node, value_node in zip(node.items[::2], node.items[1::2], strict=True):
            if not isinstance(key_node, Scalar):
                self.source.faults.append((path, key_node.line, "键必须是文字", "改为简单的键名"))
                continue
            key = key_node.text
            if key in found:
                self.source.faults.append(((*path, key), key_node.line, f"键 {key} 重复", "删去其中一个"))
                continue
            found[key] = self.value(value_node, (*path, key), inside)
        return found

    def _refuse(self, path: FieldPath, line: int, message: str, cure: str) -> None:
        self.source.faults.append((path, line, message, cure))
        raise _Refused


def _scalar(node: Scalar) -> object:
    text = node.text
    if not node.plain or node.tag == _TAG + "str":
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text) and len(text) <= 18:
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return text
