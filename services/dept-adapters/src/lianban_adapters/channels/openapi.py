"""The messages departments are sent, for the description of the API: OpenAPI 3.1 calls them webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic_core import from_json

from lianban.platform.openapi import SIGNED, request_body
from lianban_adapters.channels.messages import (
    TaskCreated,
    TaskSupplemented,
    TaskWithdrawn,
    task_created,
    task_supplemented,
    task_withdrawn,
)
from lianban_adapters.samples.tasks import Sampler

SAMPLE_DEPARTMENT: Final = "sample"
SAMPLE_PLATFORM: Final = "https://platform.example"
RECEIVED_AT: Final = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SUPPLEMENTED_AT: Final = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)

_ANSWERS: Final = {
    "200": {"description": "收到。task.created 的正文可以带 acts，即当场给出的办理动作"},
    "401": {"description": "签名不符、过时"},
    "503": {"description": "过后重发；408、425、429 和其他 5xx 相同"},
}
_MESSAGES: Final[Mapping[str, tuple[str, type[BaseModel]]]] = {
    "task.created": ("新任务", TaskCreated),
    "task.supplemented": ("申请人已补正", TaskSupplemented),
    "task.withdrawn": ("收回任务", TaskWithdrawn),
}


def sample_messages() -> Mapping[str, tuple[str, Any]]:
    """By type: message id and content, always the same."""
    sampler = Sampler(SAMPLE_DEPARTMENT)
    whole = sampler.task(1, RECEIVED_AT)
    first = sampler.incomplete(whole)
    supplement, withdrawal = whole.supplement(SUPPLEMENTED_AT), whole.withdrawal()
    return {
        "task.created": (first.order.key, _at(RECEIVED_AT, task_created(first.order, first.dossier, SAMPLE_PLATFORM))),
        "task.supplemented": (
            supplement.key,
            _at(SUPPLEMENTED_AT, task_supplemented(supplement, whole.dossier, SAMPLE_PLATFORM)),
        ),
        "task.withdrawn": (withdrawal.key, _at(SUPPLEMENTED_AT, task_withdrawn(withdrawal))),
    }


def describe_messages(app: FastAPI) -> None:
    """Adds them to what ``app`` says of itself: nobody calls them here, so they are no routes."""
    described = app.openapi

    def with_messages() -> dict[str, Any]:
        return {**described(), "webhooks": _webhooks()}

    app.openapi = with_messages  # type: ignore[method-assign]


def _webhooks() -> dict[str, Any]:
    samples = sample_messages()
    return {
        kind: {
            "post": {
                "summary": summary,
                "description": "平台向部门登记的网址 POST，内容见《部门系统对接说明》。",
                "operationId": kind,
                "parameters": SIGNED,
                "requestBody": request_body(
                    model, {kind: {"summary": summary, "value": samples[kind][1]}}, "serialization"
                ),
                "responses": _ANSWERS,
            }
        }
        for kind, (summary, model) in _MESSAGES.items()
    }


def _at(moment: datetime, message: bytes) -> Any:
    return {**from_json(message), "timestamp": moment.isoformat().replace("+00:00", "Z")}
