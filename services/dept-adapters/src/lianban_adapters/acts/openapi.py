"""What an act looks like and what it may be answered, for the description of the API: its body is read by hand, after
the signature, so that every fault can be told at once; FastAPI knows nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode

from lianban.platform.problems import MEDIA_TYPE
from lianban_adapters.acts.schemas import CallbackAct, InboxAct
from lianban_adapters.samples.acts import sample_acts
from lianban_adapters.samples.problems import sample_problems

SAMPLE_TASK: Final = "429006S1202603020000001X:sample-permit"
SAMPLE_TIME: Final = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)

_ANSWER_ZH: Final = {
    401: "签名缺少、不符、过时",
    403: "不是本部门的任务",
    404: "没有这个部门、这项任务",
    409: "办件现在不能接受这个动作，请不要重发",
    413: "正文过大",
    422: "内容有误，errors 一次列出全部问题",
    503: "暂时不能核对，请用同一编号再发",
}
PROBLEM_SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "description": "RFC 9457。程序看 type，人看 title、detail。",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "pattern": "^urn:lianban:problem:[a-z-]+$", "description": "问题类型"},
        "title": {"type": "string", "description": "问题"},
        "status": {"type": "integer", "description": "状态码"},
        "detail": {"type": "string", "description": "原因"},
        "rule": {"type": "string", "pattern": "^L-", "description": "依据的规则"},
        "instance": {"type": "string", "description": "请求的编号，联系运维时请提供"},
        "errors": {
            "type": "array",
            "description": "全部问题",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": {"type": "string", "description": "位置（JSON Pointer）"},
                    "code": {"type": "string", "description": "问题的代码"},
                    "message": {"type": "string", "description": "应当怎样改"},
                    "location": {"type": "string", "description": "正文为 body"},
                    "rule": {"type": "string", "pattern": "^L-", "description": "依据的规则"},
                },
            },
        },
    },
}

Examples = dict[str, dict[str, Any]]


def request_body(model: type[BaseModel], examples: Examples, mode: JsonSchemaMode = "validation") -> dict[str, Any]:
    """A request body of this model: read by us, or written (``serialization``). Its parts stand where they are used:
    references lead nowhere in a document that this is only a piece of."""
    schema = model.model_json_schema(mode=mode)
    content = {"schema": _in_chinese(_resolved(schema, schema.pop("$defs", {}))), "examples": examples}
    return {"required": True, "content": {"application/json": content}}


def callback_examples() -> Examples:
    """An act of each kind."""
    acts = sample_acts(SAMPLE_TASK, SAMPLE_TIME.isoformat())
    return {name: {"summary": summary, "value": act} for name, (summary, act) in acts.items()}


def inbox_examples() -> Examples:
    """What is known there is not written: whose act it is, and on which task."""
    known = CallbackAct.model_fields.keys() - InboxAct.model_fields.keys()
    return {
        name: {**example, "value": {key: value for key, value in example["value"].items() if key not in known}}
        for name, example in callback_examples().items()
        if example["value"]["actor"] == "human"
    }


def refusals() -> dict[int | str, dict[str, Any]]:
    """Answers to a callback that is not taken, with an example of each."""
    found: dict[int | str, dict[str, Any]] = {
        status: {
            "description": meaning,
            "content": {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA, "examples": {}}},
        }
        for status, meaning in _ANSWER_ZH.items()
    }
    for name, (summary, problem) in sample_problems(SAMPLE_TIME).items():
        examples = found[problem.status]["content"][MEDIA_TYPE]["examples"]
        examples[name] = {"summary": summary, "value": problem.body()}
    accepted = HTTPStatus.ACCEPTED.value
    return {accepted: {"description": "stored 已收存，平台会送达办件；review 系统的否定答复，已转人工"}, **found}


def _resolved(node: Any, parts: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_resolved(item, parts) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        part = parts[node["$ref"].rpartition("/")[2]]
        return _resolved({**part, **{key: value for key, value in node.items() if key != "$ref"}}, parts)
    return {key: _resolved(value, parts) for key, value in node.items()}


def _in_chinese(node: Any) -> Any:
    """Without descriptions that are for whoever reads our code."""
    if isinstance(node, list):
        return [_in_chinese(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _in_chinese(value)
        for key, value in node.items()
        if not (key == "description" and isinstance(value, str) and value.isascii())
    }
