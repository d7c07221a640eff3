"""Every example in the API's description is what its schema says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator

from lianban.contracts.status import ActKind
from lianban.platform.problems import MEDIA_TYPE
from lianban_adapters.acts.endpoints import router as acts
from lianban_adapters.acts.schemas import CallbackAct, InboxAct
from lianban_adapters.acts.validation import parse
from lianban_adapters.channels.messages import TaskCreated, TaskSupplemented, TaskWithdrawn
from lianban_adapters.channels.openapi import describe_messages
from lianban_adapters.inbox.endpoints import router as inbox

CALLBACK = "/v1/departments/{department}/acts"
NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    app = FastAPI()
    for router in (acts, inbox):
        app.include_router(router)
    describe_messages(app)
    return app.openapi()


def contents(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Whatever has a schema and examples, wherever it stands."""
    if isinstance(node, dict):
        if "schema" in node and "examples" in node:
            yield path, node
        for key, value in node.items():
            yield from contents(value, f"{path}/{key}")


def test_every_example_is_what_its_schema_says(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    found = list(contents(document))
    assert len(found) >= 13
    faults = [
        f"{path}/{name}: {fault.json_path} {fault.message}"
        for path, content in found
        for name, example in content["examples"].items()
        for fault in Draft202012Validator(content["schema"]).iter_errors(example["value"])
    ]
    assert faults == []


def test_every_kind_of_act_is_shown_and_taken(document: dict[str, Any]) -> None:
    body = document["paths"][CALLBACK]["post"]["requestBody"]["content"]["application/json"]
    taken = {parse(CallbackAct, example["value"], NOW).kind for example in body["examples"].values()}
    assert taken == set(ActKind) - {ActKind.OVERRIDE}
    body = document["paths"]["/v1/inbox/tasks/{task_id}/acts"]["post"]["requestBody"]["content"]["application/json"]
    known = {"actor": "human", "officer": "li"}
    taken = {parse(InboxAct, example["value"], NOW, known).kind for example in body["examples"].values()}
    assert taken == set(ActKind) - {ActKind.OVERRIDE}


def test_every_refusal_has_an_example_of_its_status(document: dict[str, Any]) -> None:
    responses = document["paths"][CALLBACK]["post"]["responses"]
    refusals = {status: one for status, one in responses.items() if status >= "400"}
    assert set(refusals) == {"401", "403", "404", "409", "410", "413", "422", "503"}
    for status, refusal in refusals.items():
        examples = refusal["content"][MEDIA_TYPE]["examples"]
        assert examples
        assert {example["value"]["status"] for example in examples.values()} == {int(status)}


def test_the_messages_are_described(document: dict[str, Any]) -> None:
    models = {"task.created": TaskCreated, "task.supplemented": TaskSupplemented, "task.withdrawn": TaskWithdrawn}
    assert set(document["webhooks"]) == set(models)
    for kind, model in models.items():
        operation = document["webhooks"][kind]["post"]
        body = operation["requestBody"]["content"]["application/json"]
        assert model.model_validate(body["examples"][kind]["value"])
        assert set(body["schema"]["properties"]) == set(model.model_fields)
        signed = [parameter["name"] for parameter in operation["parameters"]]
        assert signed == ["webhook-id", "webhook-timestamp", "webhook-signature"]


def test_whatever_is_described_is_described_in_chinese(document: dict[str, Any]) -> None:
    described = {**document["webhooks"], CALLBACK: document["paths"][CALLBACK]}
    texts = [text for text in _texts(described) if not re.search(r"[\u4e00-\u9fff]", text)]
    assert texts == []


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("summary", "description") and isinstance(value, str):
                yield value
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
