"""What the services say of themselves can be read by whoever joins them: every operation, everything that is written,
and every problem an operation may answer, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from lianban.platform.auth import TokenAuthority
from lianban.platform.crypto import Keyring
from lianban.platform.problems import MEDIA_TYPE
from lianban_adapters.app import create_app as adapters
from lianban_adapters.settings import AdapterSettings
from lianban_intake.app import build_app as intake
from lianban_intake.settings import IntakeSettings
from lianban_notify.app import build_app as notify
from lianban_notify.settings import NotifySettings
from lianban_orchestrator.app import build_app as orchestrator
from lianban_orchestrator.settings import OrchestratorSettings

GUIDES = "/guide"
SIGNED = {"/v1/departments/{department}/acts", "/v1/courier/tracking"}
Operation = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("openapi")
    return [app.openapi() for app in _apps(folder)]


@pytest.fixture(scope="module")
def operations(documents: list[dict[str, Any]]) -> list[Operation]:
    return [
        (method, path, operation)
        for document in documents
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_is_described_in_chinese(operations: list[Operation]) -> None:
    assert len(operations) >= 38
    assert [
        (path, name)
        for _method, path, operation in operations
        for name in ("summary", "description")
        if not _speaks(operation.get(name, ""))
    ] == []


def test_whatever_is_written_is_described_in_chinese(documents: list[dict[str, Any]]) -> None:
    written = [field for document in documents for field in _written(document)]
    assert len(written) >= 150
    assert [place for place, field in written if not _speaks(field.get("description", ""))] == []


def test_nothing_is_left_of_what_is_for_readers_of_the_code(documents: list[dict[str, Any]]) -> None:
    texts = [text for document in documents for text in _descriptions(document)]
    assert [text for text in texts if not _speaks(text) or re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", text)] == []


def test_every_operation_lists_the_problems_it_may_answer(operations: list[Operation]) -> None:
    for method, path, operation in operations:
        place = f"{method} {path}"
        listed = {int(status) for status in operation["responses"]}
        assert 500 in listed, place
        if operation.get("security"):
            assert {401, 403} <= listed, place
        if path in SIGNED:
            assert 401 in listed, place
        if "{" in path:
            assert {404, 422} <= listed, place
        if "requestBody" in operation:
            assert {400, 413, 422} <= listed, place
        if method == "post" and "{case_no}" in path:
            assert 409 in listed, place


def test_problems_are_problems(documents: list[dict[str, Any]], operations: list[Operation]) -> None:
    for document in documents:
        assert document["components"]["schemas"]["Problem"]["required"] == ["type", "title", "status"]
        assert "HTTPValidationError" not in str(document)
    for method, path, operation in operations:
        for status, response in operation["responses"].items():
            assert _speaks(response["description"])
            if int(status) >= 400 and not (path.startswith(GUIDES) and status == "404"):
                assert list(response["content"]) == [MEDIA_TYPE], f"{method} {path} {status}"


def test_a_signed_message_names_its_headers(operations: list[Operation]) -> None:
    signed = {
        path: {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "header"}
        for _method, path, operation in operations
        if path in SIGNED
    }
    headers = {"webhook-id", "webhook-timestamp", "webhook-signature"}
    assert signed == dict.fromkeys(SIGNED, headers)


def test_a_file_is_known_to_be_base64(operations: list[Operation]) -> None:
    [act] = [operation for _method, path, operation in operations if path == "/v1/departments/{department}/acts"]
    body = act["requestBody"]["content"]["application/json"]["schema"]
    [file] = [
        one for one in body["properties"]["results"]["items"]["properties"]["file"]["anyOf"] if "properties" in one
    ]
    content = file["properties"]["content"]
    assert (content["type"], content["format"], content["contentEncoding"]) == ("string", "byte", "base64")


def _apps(folder: Path) -> Iterator[FastAPI]:
    """None of them is started."""
    TokenAuthority.generate().save(folder / "tokens.json")
    Keyring.generate().save(folder / "keyring.json")
    (folder / "courier.secret").write_text("whsec_none")
    shared: dict[str, Any] = {
        "database_url": "postgresql+asyncpg://nobody:nothing@127.0.0.1:1/none",
        "temporal_address": "127.0.0.1:1",
        "port": 0,
        "objects_url": (folder / "objects").as_uri(),
        "keyring_file": folder / "keyring.json",
        "token_key_file": folder / "tokens.json",
    }
    near = {"intake_url": "http://127.0.0.1:1", "public_url": "http://127.0.0.1:1"}
    directory = {"directory_file": folder / "directory.yaml"}
    yield adapters(AdapterSettings(**shared, **near, **directory))
    yield intake(IntakeSettings(**shared, catalog_dir=folder))
    yield notify(NotifySettings(**shared, **near, **directory, courier_secret_file=folder / "courier.secret"))
    yield orchestrator(OrchestratorSettings(**shared))


def _written(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Parameters, and the fields of bodies however deep they are."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            place = f"{method} {path}"
            for parameter in operation.get("parameters", ()):
                yield f"{place} {parameter['name']}", parameter
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield from _fields(document, content["schema"], place)


def _fields(document: dict[str, Any], schema: dict[str, Any], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    inner = [schema.get("items"), schema.get("additionalProperties")]
    for part in [*(part for word in ("anyOf", "allOf", "oneOf") for part in schema.get(word, ())), *inner]:
        if isinstance(part, dict):
            yield from _fields(document, part, place)
    for name, field in schema.get("properties", {}).items():
        yield f"{place}/{name}", field
        yield from _fields(document, field, f"{place}/{name}")


def _descriptions(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "description" and isinstance(value, str):
                yield value
            yield from _descriptions(value)
    elif isinstance(node, list):
        for value in node:
            yield from _descriptions(value)


def _speaks(text: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", text) is not None
