"""Everything that goes wrong over HTTP has one shape, in Chinese, and shows nothing it should not."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Body, Query, Request
from pydantic import BaseModel, Field, ValidationError, field_validator
from pydantic_core._pydantic_core import list_all_errors

from lianban.platform.problem_texts import text
from lianban.platform.problems import FieldError, Problem, field_errors, pointer
from lianban.platform.service import create_app


class Child(BaseModel):
    name: str = Field(min_length=2)
    born: date


class Form(BaseModel, extra="forbid"):
    children: list[Child]
    count: int = Field(ge=1)
    mobile: str = Field(pattern=r"^1[0-9]{10}$")
    code: str = ""

    @field_validator("code")
    @classmethod
    def _check(cls, value: str) -> str:
        if value == "zh":
            raise ValueError("校验码不正确")
        if value == "en":
            raise ValueError("checksum of 429006 is wrong")
        return value


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = create_app("test", max_body=2000, body_limits={"/large": 5000})

    @app.post("/forms")
    async def forms(form: Form) -> int:
        return form.count

    @app.get("/search")
    async def search(limit: Annotated[int, Query(le=100)]) -> int:
        return limit

    @app.get("/refused")
    async def refused() -> None:
        raise Problem(409, "case-closed", "办件已办结", "不能再办理。", extra={"case_no": "1"})

    @app.post("/odd")
    async def odd(body: Annotated[dict[str, str], Body()]) -> None:
        raise Problem(422, "odd", "名称有误", errors=[FieldError(pointer([body["names"]]), "unknown", "没有这一项")])

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("张三 420111199001011234")

    @app.post("/large")
    async def large(body: Annotated[dict[str, Any], Body()]) -> int:
        return len(body)

    @app.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


def test_a_fault_names_the_rule_of_law_it_breaks_if_it_is_one() -> None:
    faults = [
        FieldError("/days", "missing", "须写明工作日数", rule="L-STOP"),
        FieldError("/name", "missing", "此项必填"),
    ]
    assert Problem(422, "invalid", "有误", errors=faults).body()["errors"] == [
        {"pointer": "/days", "code": "missing", "message": "须写明工作日数", "location": "body", "rule": "L-STOP"},
        {"pointer": "/name", "code": "missing", "message": "此项必填", "location": "body"},
    ]


async def test_every_fault_is_told_at_once(client: httpx.AsyncClient) -> None:
    body = {"children": [{"name": "李"}, {"name": "李四", "born": "yesterday"}], "count": 0, "mobile": "12", "x/y": 1}
    answer = await client.post("/forms", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "urn:lianban:problem:invalid-request"
    assert problem["detail"] == "共有 6 处需要更正。"
    assert {(error["pointer"], error["code"], error["message"]) for error in problem["errors"]} == {
        ("/children/0/name", "string_too_short", "至少应有 2 个字"),
        ("/children/0/born", "missing", "此项必填"),
        ("/children/1/born", "date_from_datetime_parsing", "应为日期，格式为 YYYY-MM-DD"),
        ("/count", "greater_than_equal", "应不小于 1"),
        ("/mobile", "string_pattern_mismatch", "格式不符合要求"),
        ("/x~1y", "extra_forbidden", "不认识的字段"),
    }


async def test_a_validator_that_speaks_chinese_is_quoted_others_are_not(client: httpx.AsyncClient) -> None:
    good = {"children": [], "count": 1, "mobile": "13800000000"}
    quoted = await client.post("/forms", json={**good, "code": "zh"})
    assert quoted.json()["errors"][0]["message"] == "校验码不正确"
    hidden = await client.post("/forms", json={**good, "code": "en"})
    assert hidden.json()["errors"][0]["message"] == "填写的内容不符合要求"
    assert "429006" not in hidden.text


async def test_names_that_cannot_be_encoded_are_spelt_out(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/odd", content='{"names": "\\ud800\U0001f600"}', headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/\\ud800\U0001f600"


async def test_what_is_not_json_is_said_so(client: httpx.AsyncClient) -> None:
    answer = await client.post("/forms", content=b"{'a'", headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": "", "code": "json_invalid", "message": "不是有效的 JSON", "location": "body"}
    ]


async def test_faults_outside_the_body_say_where(client: httpx.AsyncClient) -> None:
    answer = await client.get("/search", params={"limit": "500"})
    assert answer.json()["errors"] == [
        {"pointer": "/limit", "code": "less_than_equal", "message": "应不大于 100", "location": "query"}
    ]


async def test_own_problems_keep_slug_status_and_extra(client: httpx.AsyncClient) -> None:
    answer = await client.get("/refused")
    assert answer.status_code == 409
    problem = answer.json()
    assert problem.pop("instance").startswith("urn:uuid:")
    assert problem == {
        "type": "urn:lianban:problem:case-closed",
        "title": "办件已办结",
        "status": 409,
        "detail": "不能再办理。",
        "case_no": "1",
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [("GET", "/nowhere", 404, "not-found"), ("DELETE", "/forms", 405, "method-not-allowed")],
)
async def test_unknown_routes_and_methods(
    client: httpx.AsyncClient, method: str, path: str, status: int, slug: str
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.json()["type"] == f"urn:lianban:problem:{slug}"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_unforeseen_error_hides_everything_but_its_number(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await client.get("/broken")
    assert answer.status_code == 500
    problem = answer.json()
    assert problem["type"] == "urn:lianban:problem:internal-error"
    assert "张三" not in answer.text
    assert "Traceback" not in answer.text
    assert "RuntimeError" not in answer.text
    assert problem["instance"].removeprefix("urn:uuid:").replace("-", "") == answer.headers["x-request-id"]
    assert [record.request_id for record in caplog.records if record.exc_info] == [answer.headers["x-request-id"]]


async def test_a_caller_may_name_its_request(client: httpx.AsyncClient) -> None:
    given = "0b9f6a1e3c1f4d0a8a52a1f7c4de9b11"
    assert (await client.get("/refused", headers={"x-request-id": given})).headers["x-request-id"] == given
    odd = await client.get("/refused", headers={"x-request-id": "<script>"})
    assert odd.headers["x-request-id"] != "<script>"


async def test_a_body_too_large_is_refused_declared_or_not(client: httpx.AsyncClient) -> None:
    async def unending() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    declared = await client.post("/raw", content=b"x" * 2001)
    streamed = await client.post("/raw", content=unending())
    parsed = await client.post("/forms", content=unending(), headers={"content-type": "application/json"})
    for answer in (declared, streamed, parsed):
        assert answer.status_code == 413
        assert answer.json()["type"] == "urn:lianban:problem:body-too-large"
    assert (await client.post("/raw", content=b"x" * 2000)).json() == 2000
    assert (await client.post("/large", json={"x": "y" * 4000})).status_code == 200


def test_every_error_type_has_a_chinese_text() -> None:
    for error in list_all_errors():
        context = error.get("example_context") or {}
        message = text(error["type"], error["message_template_python"], context)
        assert any("\u4e00" <= character <= "\u9fff" for character in message), error["type"]
        assert "{" not in message


def test_faults_of_a_model_convert() -> None:
    with pytest.raises(ValidationError) as caught:
        Child.model_validate({"name": "李四"})
    assert field_errors(caught.value.errors()) == (FieldError("/born", "missing", "此项必填"),)


def test_pointers_are_escaped() -> None:
    assert pointer(["a/b", 0, "c~d"]) == "/a~1b/0/c~0d"
    assert pointer([]) == ""
