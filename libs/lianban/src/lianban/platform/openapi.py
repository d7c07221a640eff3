"""What a service says of itself (OpenAPI 3.1): in the language of whoever joins it, with the problems each operation
may answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode

from lianban.platform.problems import MEDIA_TYPE

Examples = dict[str, dict[str, Any]]
Responses = dict[int | str, dict[str, Any]]

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
SIGNED: Final = [
    {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "description": description}
    for name, description in (
        ("webhook-id", "消息编号，重发时不变"),
        ("webhook-timestamp", "签名时间，Unix 秒"),
        ("webhook-signature", "v1, 加签名（Standard Webhooks）"),
    )
]
"""Headers of a signed message, as :mod:`lianban.platform.webhooks` reads and writes them."""

_PROBLEM: Final = "Problem"
_SUCCESS: Final = ("Successful Response", "成功")
_FRAMEWORK: Final = ("HTTPValidationError", "ValidationError")
_INTERNAL: Final = {500: "服务内部错误，已记录"}
_SECURED: Final = {401: "没有令牌，或者令牌无效、已过期", 403: "令牌的身份不能办理此操作"}
_WRITTEN: Final = {400: "正文不能读取，如嵌套过深", 413: "正文过大"}
_UNFIT: Final = {422: "内容有误，errors 一次列出全部问题"}
_ENGLISH: Final = re.compile(r"[A-Za-z][a-z']* [a-z]+,? [a-z]+")


def problems(meanings: Mapping[int, str]) -> Responses:
    """What an operation may answer instead of what it is asked for, beyond what holds for all: no token, the wrong
    one, a body that is too large or unfit, an error of the service."""
    schema = {"$ref": f"#/components/schemas/{_PROBLEM}"}
    return {
        status: {"description": meaning, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status, meaning in meanings.items()
    }


def request_body(
    model: type[BaseModel], examples: Examples | None = None, mode: JsonSchemaMode = "validation"
) -> dict[str, Any]:
    """A request body of this model: read by us, or written (``serialization``). Its parts stand where they are used:
    references lead nowhere in a document that this is only a piece of."""
    schema = model.model_json_schema(mode=mode)
    content = {"schema": for_outsiders(_resolved(schema, schema.pop("$defs", {})))}
    return {"required": True, "content": {"application/json": content | ({"examples": examples} if examples else {})}}


def for_outsiders(node: Any) -> Any:
    """Without descriptions that are for whoever reads our code: frameworks take docstrings for such."""
    if isinstance(node, list):
        return [for_outsiders(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        key: for_outsiders(value)
        for key, value in node.items()
        if not (key == "description" and isinstance(value, str) and (value.isascii() or _ENGLISH.search(value)))
    }


def describe(app: FastAPI) -> None:
    """Completes what ``app`` says of itself."""
    described = app.openapi

    def completed() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(described())
        return app.openapi_schema

    app.openapi = completed  # type: ignore[method-assign]


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        responses = operation["responses"]
        for response in responses.values():
            if response["description"] == _SUCCESS[0]:
                response["description"] = _SUCCESS[1]
        if _FRAMEWORK[0] in str(responses.get("422")):
            del responses["422"]
        of_all = {
            **(_SECURED if operation.get("security") else {}),
            **(_WRITTEN if "requestBody" in operation else {}),
            **(_UNFIT if "requestBody" in operation or operation.get("parameters") else {}),
            **_INTERNAL,
        }
        for status, response in problems(of_all).items():
            responses.setdefault(str(status), response)
        operation["responses"] = dict(sorted(responses.items()))
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _FRAMEWORK:
        schemas.pop(name, None)
    schemas[_PROBLEM] = dict(PROBLEM_SCHEMA)
    outside: dict[str, Any] = for_outsiders(document)
    return outside


def _resolved(node: Any, parts: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_resolved(item, parts) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        part = parts[node["$ref"].rpartition("/")[2]]
        return _resolved({**part, **{key: value for key, value in node.items() if key != "$ref"}}, parts)
    return {key: _resolved(value, parts) for key, value in node.items()}
