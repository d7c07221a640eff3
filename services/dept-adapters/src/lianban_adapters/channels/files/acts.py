"""An act and the files of its batch, in the form of a callback; and what is wrong with them, told by file. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from lianban.platform.problems import FieldError
from lianban_adapters.channels.files.layout import ACT
from lianban_adapters.channels.files.manifest import read_json
from lianban_adapters.channels.incoming.port import Found, unusable
from lianban_adapters.channels.incoming.texts import described

STORED_AS: Final = "stored_as"
_CONTENT: Final = re.compile(r"(/results/[0-9]+/file)/content")
_MAX_REASON: Final = 20_000


def act_of(content: bytes, files: Mapping[str, bytes]) -> Found:
    """``files`` of the batch beside the act itself. Raises
    :class:`~lianban_adapters.channels.incoming.port.Unusable`."""
    act = read_json(content, ACT)
    if not isinstance(act, dict):
        raise unusable("dict_type", "应为对象", f"{ACT}#")
    used: set[str] = set()
    faults = list(_put_in(act, files, used))
    unused = (name for name in files if name not in used)
    faults += [FieldError("", "unused-file", f"{name}：清单中有，办理结果没有用到") for name in unused]
    return Found(act, tuple(faults))


def _put_in(act: dict[str, Any], files: Mapping[str, bytes], used: set[str]) -> Iterator[FieldError]:
    """The files' content where a callback has it."""
    results = act.get("results")
    for number, result in enumerate(results if isinstance(results, list) else ()):
        file = result.get("file") if isinstance(result, dict) else None
        if not isinstance(file, dict):
            continue
        pointer = f"/results/{number}/file/content"
        if "content" in file:
            yield FieldError(pointer, "inline", f"文件应放在本批次中，用 {STORED_AS} 写明名称，不写 content")
        name = file.pop(STORED_AS, None)
        if isinstance(name, str) and name in files:
            used.add(name)
            file["content"] = files[name]
        elif name is not None:
            yield FieldError(pointer, "unknown-file", "清单中没有这个文件")


def told(faults: Sequence[FieldError]) -> list[dict[str, str]]:
    """As they stand in the receipt. Pointers begin with the file they lead into; of one place the first fault counts:
    others follow from it."""
    shown: dict[str, FieldError] = {}
    for number, fault in enumerate(faults):
        pointer = _place(fault.pointer)
        shown.setdefault(pointer or str(number), FieldError(pointer, fault.code, fault.message))
    return [{"pointer": one.pointer, "code": one.code, "message": one.message} for one in shown.values()]


def reason(batch: str, place: str, faults: Sequence[FieldError]) -> str:
    """For the department's engineer. ``place``: where the batch lies now."""
    lines = [f"批次 {batch} 不能采用，已移到 {place}。", "", "需要更正的地方："]
    for number, fault in enumerate(told(faults), 1):
        where, _, pointer = fault["pointer"].partition("#")
        begin = f"{where} 的 {pointer}：" if pointer else f"{where}：" if where else ""
        lines.append(f"{number}. {begin}{fault['message']}")
    lines += ["", "请更正后重新写一批，办理动作的编号（act_id）不变。", ""]
    return "\n".join(lines)[:_MAX_REASON]


def summary(faults: Sequence[FieldError], limit: int) -> str:
    """In one line."""
    return described([FieldError(one["pointer"], one["code"], one["message"]) for one in told(faults)], limit)


def _place(pointer: str) -> str:
    if not pointer.startswith("/"):
        return pointer
    return f"{ACT}#" + _CONTENT.sub(rf"\1/{STORED_AS}", pointer)
