"""What departments read of the API speaks their language."""

from __future__ import annotations

import re

from fastapi import FastAPI

from lianban_adapters.acts.endpoints import router as acts
from lianban_adapters.acts.schemas import CallbackAct, InboxAct
from lianban_adapters.inbox.endpoints import router as inbox
from lianban_adapters.materials.endpoints import router as materials
from lianban_notify.deliveries.endpoints import router as deliveries


def test_every_operation_has_a_chinese_summary() -> None:
    app = FastAPI()
    for router in (acts, inbox, materials, deliveries):
        app.include_router(router)
    operations = [operation for path in app.openapi()["paths"].values() for operation in path.values()]
    assert len(operations) == 11
    assert [o["operationId"] for o in operations if not re.search(r"[\u4e00-\u9fff]", o["summary"])] == []


def test_what_may_be_written_is_described_in_chinese() -> None:
    app = FastAPI()
    for router in (acts, inbox):
        app.include_router(router)
    bodies = [
        operation["requestBody"]["content"]["application/json"]["schema"]
        for path in app.openapi()["paths"].values()
        for operation in path.values()
        if "requestBody" in operation
    ]
    assert [set(body["properties"]) for body in bodies] == [set(CallbackAct.model_fields)] + [
        set(InboxAct.model_fields)
    ] * 2
    for body in bodies:
        assert "$ref" not in str(body)
        assert [name for name, field in body["properties"].items() if not _speaks(field["description"])] == []


def _speaks(text: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", text) is not None
