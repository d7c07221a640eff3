"""Rows of the staging tables as messages, acts as rows: what a department's programmer writes by the guide. Pure."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from lianban_sandbox.departments.answers import Act

_BEIJING: Final = timezone(timedelta(hours=8))
_TYPES: Final = {"I": "task.created", "U": "task.supplemented", "D": "task.withdrawn"}
_ACT_COLUMNS: Final = {
    "act_id": "act_id",
    "task_id": "task_id",
    "kind": "event_name",
    "actor": "actor_type",
    "officer": "handle_user_name",
    "decision": "result_type",
    "reason": "handle_explain",
    "legal_basis": "legal_basis",
    "remedy": "remedy",
    "procedure": "special_type",
    "days": "special_days",
    "outcome": "special_result",
    "role": "approver_role",
}


def message(row: Mapping[str, Any], materials: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    data: dict[str, Any] = {"task_id": row["task_id"], "case_no": row["project_no"], "step": row["process_code"]}
    operation = row["cd_operation"]
    if operation == "D":
        return {
            "type": _TYPES[operation],
            "data": data | {"cause": row["cancel_type"], "cause_zh": row["cancel_reason"]},
        }
    data |= {
        "due": {"promised": _day(row["promise_date"]), "legal": _day(row["legal_date"])},
        "applicant": json.loads(row["applyer_content"]),
        "elements": json.loads(row["form_content"]),
        "materials": [_material(material) for material in materials],
    }
    if operation == "I":
        data |= {
            "step_name": row["process_name"],
            "kind": row["process_kind"],
            "matter": row["task_code"],
            "theme": row["theme_code"],
            "theme_name": row["theme_name"],
            "division": row["division_code"],
            "results": json.loads(row["result_content"]),
            "scope": json.loads(row["scope_content"]),
        }
    return {"type": _TYPES.get(operation, operation), "data": data}


def of_act(act: Act) -> Iterator[tuple[str, dict[str, Any]]]:
    """Table and row, the results before the act they belong to."""
    results = act.get("results", ())
    for result in results:
        yield "lb_act_result", {"act_id": act["act_id"], **_result(result)}
    row = {column: act.get(field) for field, column in _ACT_COLUMNS.items()}
    others = {name: value for name, value in act.items() if name not in (*_ACT_COLUMNS, "occurred_at", "results")}
    yield (
        "lb_act",
        {
            **row,
            "event_time": datetime.fromisoformat(act["occurred_at"]).astimezone(_BEIJING).replace(tzinfo=None),
            "act_content": json.dumps(others, ensure_ascii=False) if others else None,
            "result_num": len(results),
        },
    )


def _result(result: Mapping[str, Any]) -> dict[str, Any]:
    row = {
        "result_code": result["code"],
        "result_cetr_name": result["name"],
        "result_cetr_no": result.get("number"),
        "valid_from": _date(result.get("valid_from")),
        "valid_until": _date(result.get("valid_until")),
    }
    if file := result.get("file"):
        content = base64.b64decode(file["content"])
        digest = hashlib.sha256(content).hexdigest()
        row |= {
            "file_name": file["name"],
            "media_type": file["media_type"],
            "file_content": content,
            "file_digest": digest,
        }
    return row


def _material(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "code": row["material_code"],
        "name": row["material_name"],
        "file_name": row["file_name"],
        "media_type": row["media_type"],
        "digest": row["file_digest"],
    }


def _day(value: Any) -> str | None:
    return None if value is None else value.isoformat()


def _date(value: str | None) -> Any:
    return None if value is None else datetime.fromisoformat(value).date()
