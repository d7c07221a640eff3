"""An act's row and the rows of its results, in the form of a callback. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic_core import from_json

from lianban.platform.problems import FieldError
from lianban_adapters.channels.incoming.port import Found
from lianban_adapters.channels.staging.database import BEIJING
from lianban_adapters.channels.staging.tables import ACT

FIELDS: Final = {
    "act_id": "act_id",
    "task_id": "task_id",
    "event_name": "kind",
    "actor_type": "actor",
    "handle_user_name": "officer",
    "event_time": "occurred_at",
    "result_type": "decision",
    "handle_explain": "reason",
    "legal_basis": "legal_basis",
    "remedy": "remedy",
    "special_type": "procedure",
    "special_days": "days",
    "special_result": "outcome",
    "approver_role": "role",
}
"""Column of ``lb_act`` to field of the callback. Every other field stands in ``act_content``."""

_OTHERS: Final = "act_content"
_RESULT_FIELDS: Final = {
    "result_code": "code",
    "result_cetr_name": "name",
    "result_cetr_no": "number",
    "valid_from": "valid_from",
    "valid_until": "valid_until",
}
_FILE_FIELDS: Final = {"file_name": "name", "media_type": "media_type", "file_content": "content"}
_COLUMNS: Final = {field: column for column, field in FIELDS.items()}
_RESULT_COLUMNS: Final = {field: column for column, field in _RESULT_FIELDS.items()}
_FILE_COLUMNS: Final = {field: column for column, field in _FILE_FIELDS.items()}


def act_of(row: Mapping[str, Any], results: Sequence[Mapping[str, Any]]) -> Found:
    faults: list[FieldError] = []
    act = {**_others(row[_OTHERS], faults), **_fields(row, FIELDS)}
    if isinstance(act.get("occurred_at"), datetime):
        act["occurred_at"] = act["occurred_at"].replace(tzinfo=BEIJING)
    if results:
        act["results"] = [_result(result) for result in results]
    if row["cd_operation"] not in ("I", "U"):
        faults.append(FieldError("/cd_operation", "enum", "办理动作只能新增（I）或更正（U），不能删除"))
    if row["result_num"] != len(results):
        message = f"写明 {row['result_num']} 项办理结果，实有 {len(results)} 行；请先写结果行，或在同一事务中写入"
        faults.append(FieldError("/result_num", "incomplete", message))
    faults.extend(_damaged(results))
    return Found(act, tuple(faults))


def place(pointer: str) -> str:
    """Table and column of what a JSON pointer into the callback names."""
    match pointer.split("/")[1:]:
        case ["results", number, "file", *field]:
            return _result_place(number, _FILE_COLUMNS.get(field[0], field[0]) if field else "file_content")
        case ["results", number, *field]:
            return _result_place(number, _RESULT_COLUMNS.get(field[0], field[0]) if field else "")
        case ["results"]:
            return "lb_act_result"
        case [field] if field in _COLUMNS:
            return _COLUMNS[field]
        case [column] if column in ACT.c:
            return column
    return f"{_OTHERS} 的 {pointer}"


def _result_place(number: str, column: str) -> str:
    return f"lb_act_result 第 {int(number) + 1} 行 {column}".rstrip()


def pointer_of(column: str, result: int | None = None) -> str:
    """The other way round. ``result``: number of the row of ``lb_act_result``."""
    if result is None:
        return f"/{FIELDS.get(column, column)}"
    inner = f"file/{_FILE_FIELDS[column]}" if column in _FILE_FIELDS else _RESULT_FIELDS.get(column, column)
    return f"/results/{result}/{inner}"


def _others(text: str | None, faults: list[FieldError]) -> dict[str, Any]:
    """A column of its own goes before what stands here under the same name, and so do the result rows: both would be
    two answers to one question."""
    if not text:
        return {}
    try:
        content = from_json(text, allow_inf_nan=False)
    except ValueError:
        faults.append(FieldError("/act_content", "json_invalid", "不是有效的 JSON，可能被截断"))
        return {}
    if not isinstance(content, dict):
        faults.append(FieldError("/act_content", "dict_type", "应为 JSON 对象"))
        return {}
    known = {"results", *_COLUMNS}.intersection(content)
    if known:
        places = "、".join(sorted(_COLUMNS.get(field, "lb_act_result") for field in known))
        faults.append(FieldError("/act_content", "twice", f"下列内容应写在各自的列或表中：{places}"))
    return {field: value for field, value in content.items() if field not in known}


def _fields(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """An empty text is none: many systems write it where they have nothing to say."""
    return {field: row[column] for column, field in names.items() if row[column] not in (None, "", b"")}


def _result(row: Mapping[str, Any]) -> dict[str, Any]:
    result = _fields(row, _RESULT_FIELDS)
    file = _fields(row, _FILE_FIELDS)
    return result | {"file": file} if file else result


def _damaged(results: Sequence[Mapping[str, Any]]) -> Iterator[FieldError]:
    for number, row in enumerate(results):
        digest, content = row["file_digest"], row["file_content"]
        if digest and content and hashlib.sha256(content).hexdigest() != digest.strip().lower():
            message = "文件的 SHA-256 与 file_digest 不符，可能在传输中损坏"
            yield FieldError(f"/results/{number}/file/content", "digest", message)
