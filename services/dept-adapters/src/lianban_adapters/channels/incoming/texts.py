"""Text that came as bytes, and faults as text: what sources share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic_core import from_json

from lianban.platform.encodings import encoding_fault
from lianban.platform.problems import FieldError
from lianban_adapters.channels.incoming.port import unusable


def read_act(body: bytes) -> Any:
    """Raises :class:`~lianban_adapters.channels.incoming.port.Unusable`."""
    try:
        return from_json(decoded(body), allow_inf_nan=False)
    except ValueError:
        raise unusable("json_invalid", "不是有效的 JSON，可能在传输中被截断") from None


def decoded(body: bytes) -> str:
    """Raises :class:`~lianban_adapters.channels.incoming.port.Unusable`."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise unusable("encoding", encoding_fault(body)) from None


def described(faults: Sequence[FieldError], limit: int, name: Callable[[str], str] = str) -> str:
    """All faults in one text of at most ``limit`` characters; those that do not fit are counted. ``name``: how the
    department calls the place of a pointer."""
    lines = [f"{name(fault.pointer)}：{fault.message}" if fault.pointer else fault.message for fault in faults]
    text = "；".join(lines)
    for kept in range(len(lines) - 1, 0, -1):
        if len(text) <= limit:
            return text
        text = "；".join([*lines[:kept], f"等共 {len(lines)} 处"])
    return text[:limit]
