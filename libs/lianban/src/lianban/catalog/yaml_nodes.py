"""YAML text → nodes with their lines, by the events of libyaml, or of PyYAML's own parser where that is missing.

A loop over events, never a recursion: what nests too deeply is refused where it does, before any stack could be short.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

MAX_DEPTH: Final = 30

# The type stubs know only the loader with libyaml; whether it is there depends on the platform's wheel.
_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(slots=True)
class Scalar:
    """``plain`` tells ``12`` from ``"12"``. ``tag`` as in :class:`Collection`. ``line`` counts from 1."""

    text: str
    plain: bool
    tag: str | None
    line: int


@dataclass(slots=True)
class Collection:
    """A sequence, or a mapping with ``items`` its keys and values in turn. ``tag`` is None where none is written."""

    mapping: bool
    tag: str | None
    line: int
    items: list[Scalar | Collection] = field(default_factory=list)


Node = Scalar | Collection
"""An alias is the very node it stands for: nodes may be shared, and may hold themselves."""


class YamlProblem(ValueError):
    """Text that is no YAML document, or too deep a one."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


def compose(text: str) -> Node | None:
    """The document's root; None when there is none. Raises :class:`YamlProblem`, ``problem`` empty when the text has
    characters that YAML does not allow."""
    try:
        return _composed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlProblem(mark.line + 1 if mark is not None else 1, str(error.problem)) from None
    except yaml.YAMLError:
        raise YamlProblem(1, "") from None


def _composed(text: str) -> Node | None:
    root: Node | None = None
    anchors: dict[str, Node] = {}
    around: list[Collection] = []
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, CollectionEndEvent):
            around.pop()
        elif isinstance(event, DocumentStartEvent) and root is not None:
            raise YamlProblem(_line(event), "but found another document")
        elif isinstance(event, NodeEvent):
            node = _node(event, anchors)
            if around:
                around[-1].items.append(node)
            else:
                root = node
            if isinstance(node, Collection) and isinstance(event, CollectionStartEvent):
                if len(around) == MAX_DEPTH:
                    raise YamlProblem(node.line, f"maximum depth of data structure exceeded ({MAX_DEPTH})")
                around.append(node)
    return root


def _node(event: NodeEvent, anchors: dict[str, Node]) -> Node:
    if isinstance(event, AliasEvent):
        if event.anchor not in anchors:
            raise YamlProblem(_line(event), f"found undefined alias '{event.anchor}'")
        return anchors[event.anchor]
    node: Node
    if isinstance(event, ScalarEvent):
        node = Scalar(event.value, not event.style, _tag(event), _line(event))
    else:
        assert isinstance(event, CollectionStartEvent)
        node = Collection(isinstance(event, MappingStartEvent), _tag(event), _line(event))
    if event.anchor:
        anchors[event.anchor] = node
    return node


def _line(event: Event) -> int:
    assert event.start_mark is not None
    return event.start_mark.line + 1


def _tag(event: ScalarEvent | CollectionStartEvent) -> str | None:
    return None if event.tag == "!" else event.tag
