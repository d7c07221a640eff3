"""What an act looks like, for the description of the API: its body is read by hand, after the signature, so that every
fault can be told at once; FastAPI knows nothing of it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


def request_body(model: type[BaseModel]) -> dict[str, Any]:
    """A request body of this model. Its parts stand where they are used: references lead nowhere in a document that
    this is only a piece of."""
    schema = model.model_json_schema()
    schema = _resolved(schema, schema.pop("$defs", {}))
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _resolved(node: Any, parts: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_resolved(item, parts) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        part = parts[node["$ref"].rpartition("/")[2]]
        return _resolved({**part, **{key: value for key, value in node.items() if key != "$ref"}}, parts)
    return {key: _resolved(value, parts) for key, value in node.items()}
