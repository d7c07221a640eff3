"""What departments read of the API speaks their language."""

from __future__ import annotations

import re

from fastapi import FastAPI

from lianban_adapters.acts.endpoints import router as acts
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
