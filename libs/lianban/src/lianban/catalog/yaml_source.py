"""YAML text → plain data with the line of every value. Pure; what it refuses, a catalogue has no use for.

Refused: several documents, tags, duplicate keys, recursive aliases, and aliases that blow a file up beyond
``MAX_NODES`` values. Scalars are read by YAML 1.2, where ``no`` and ``2023-01-01`` are text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lianban.catalog.faults import FieldPath

MAX_BYTES: Final = 1 << 20
MAX_NODES: Final = 50_000
MAX_DEPTH: Final = 30

_TAG: Final = "tag:yaml.org,2002:"
_INTEGER: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL: Final = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_PLAIN_TAGS: Final = frozenset(
    _TAG + name for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "value", "merge")
)


@dataclass(slots=True)
class Source:
    """A file as read. ``lines`` has the line (from 1) of every path: of its key in a mapping, else of the value."""

    data: object = None
    lines: dict[FieldPath, int] = field(default_factory=dict)
    faults: list[tuple[FieldPath, int, str, str]] = field(default_factory=list)

    def line(self, path: FieldPath) -> int:
        """Line of the path, or of the nearest thing around it that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


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
    yaml = YAML(typ="safe", pure=True)
    yaml.max_depth = MAX_DEPTH
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        source.faults.append(((), line, f"YAML 语法有误（{error.problem}）", "检查该行的缩进、冒号、引号与括号"))
        return source
    except (YAMLError, RecursionError, ValueError):
        source.faults.append(((), 1, "YAML 无法读取", "检查控制字符与嵌套层数"))
        return source
    if root is None:
        source.faults.append(((), 1, "文件为空", "写入内容，或删去文件"))
        return source
    try:
        source.data = _Reader(source).value(root, (), ())
    except _Refused:
        source.data = None
    return source


class _Reader:
    """Turns nodes into data, counting each value as often as aliases repeat it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0

    def value(self, node: Node, path: FieldPath, around: tuple[int, ...]) -> object:
        line = node.start_mark.line + 1
        self.source.lines.setdefault(path, line)
        self.count += 1
        if self.count > MAX_NODES:
            self._refuse(path, line, f"展开别名后超过 {MAX_NODES} 个值", "去掉别名（&、*），改为逐项写明")
        if id(node) in around:
            self._refuse(path, line, "别名引用了自身", "去掉该别名")
        if str(node.tag) not in _PLAIN_TAGS:
            self.source.faults.append((path, line, f"不允许的标签 {node.tag}", "去掉以 ! 开头的标签"))
            return None
        inside = (*around, id(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, path, inside)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, index), inside) for index, item in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        return self._scalar(node)

    def _mapping(self, node: MappingNode, path: FieldPath, inside: tuple[int, ...]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self.source.faults.append((path, line, "键必须是文字", "改为简单的键名"))
                continue
            key = key_node.value
            if key in found:
                self.source.faults.append(((*path, key), line, f"键 {key} 重复", "删去其中一个"))
                continue
            self.source.lines[(*path, key)] = line
            found[key] = self.value(value_node, (*path, key), inside)
        return found

    def _scalar(self, node: ScalarNode) -> object:
        tag, text = str(node.tag), str(node.value)
        if tag == _TAG + "null":
            return None
        if tag == _TAG + "bool":
            return text.lower() == "true"
        if tag == _TAG + "int" and _INTEGER.fullmatch(text) and len(text) <= 18:
            return int(text)
        if tag == _TAG + "float" and _DECIMAL.fullmatch(text):
            return Decimal(text)
        return text

    def _refuse(self, path: FieldPath, line: int, message: str, cure: str) -> None:
        self.source.faults.append((path, line, message, cure))
        raise _Refused
