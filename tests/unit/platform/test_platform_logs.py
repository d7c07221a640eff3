"""Logs carry no personal data."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import BaseModel, ValidationError
from temporalio.exceptions import ApplicationError

from lianban.platform.logs import Formatter
from lianban.platform.service import create_app


class Form(BaseModel):
    identity: int


def lines(error: Exception | None, message: str = "failed", *args: object) -> dict[str, str]:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("test", logging.ERROR, __file__, 1, message, args, info)
    formatted = Formatter("intake").format(record)
    assert "\n" not in formatted
    return dict(json.loads(formatted))


def invalid() -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        Form.model_validate({"identity": "张三 420111199001011234"})
    return caught.value


def test_a_line_says_when_where_and_what() -> None:
    line = lines(None, "%s events", 3)
    assert line["message"] == "3 events"
    assert line["level"] == "ERROR"
    assert line["logger"] == "test"
    assert line["service"] == "intake"
    assert line["timestamp"].startswith("20")


def test_texts_of_validation_errors_stay_out() -> None:
    line = lines(invalid())
    assert "420111199001011234" not in json.dumps(line, ensure_ascii=False)
    assert "ValidationError at " in line["exc_info"]
    assert "test_platform_logs.py" in line["exc_info"]


def test_nor_do_they_come_in_as_arguments_or_causes() -> None:
    assert lines(None, "bad: %s", invalid())["message"] == "bad: ValidationError"
    try:
        raise RuntimeError("张三") from invalid()
    except RuntimeError as error:
        line = lines(error)
    assert "张三" not in line["exc_info"]
    assert "RuntimeError at " in line["exc_info"]
    assert "<- ValidationError" in line["exc_info"]


def test_what_another_formatter_wrote_is_not_repeated() -> None:
    error = invalid()
    record = logging.LogRecord("test", logging.ERROR, __file__, 1, "x", (), (type(error), error, None))
    logging.Formatter().format(record)
    assert "420111199001011234" not in Formatter("intake").format(record)


def test_harmless_texts_help() -> None:
    assert "ConnectionRefusedError: [Errno 111] refused" in lines(ConnectionRefusedError(111, "refused"))["exc_info"]
    assert lines(ApplicationError("张三", type="Rejected"))["exc_info"] == "ApplicationError[Rejected]"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = create_app("test")

    @app.post("/forms")
    async def forms(form: Form) -> None: ...

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_the_access_log_has_neither_query_nor_body(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter("intake"))
    logger = logging.getLogger("lianban.access")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        await client.post("/forms?name=张三", json={"identity": "张三 420111199001011234"})
    finally:
        logger.removeHandler(handler)
    written = capsys.readouterr().err
    line = json.loads(written)
    assert (line["method"], line["path"], line["status"]) == ("POST", "/forms", 422)
    assert "张三" not in written
    assert "name=" not in written
    assert "420111199001011234" not in written


async def test_readiness_tells_what_failed() -> None:
    async def fine() -> None: ...

    async def broken() -> None:
        raise ConnectionRefusedError

    app = create_app("test", checks={"database": fine})
    app.state.checks["temporal"] = broken
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.get("/health/ready")
        assert answer.status_code == 503
        assert answer.json() == {"status": "failed", "checks": {"database": "ok", "temporal": "failed"}}
        assert (await client.get("/health/live")).status_code == 200
        del app.state.checks["temporal"]
        assert (await client.get("/health/ready")).status_code == 200
