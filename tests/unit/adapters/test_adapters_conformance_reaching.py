"""What the kit tells of a department that could not be reached, or did not know us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientConnectorError
from aiohttp.client_reqrep import ConnectionKey

from lianban_adapters.conformance.reaching import PLATFORM_WAITS, of_database, of_error, of_status
from lianban_adapters.settings import AdapterSettings


@pytest.mark.parametrize(("minutes", "told"), [(-10, "慢约 10 分"), (10, "快约 10 分"), (0, "密钥"), (4, "密钥")])
def test_a_clock_that_is_wrong_is_told_from_a_key_that_is(minutes: int, told: str) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    advice = of_status(401, signed=True, date=date)
    assert told in advice
    assert "时钟" in advice


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 02 Mar 2026 01:00:00"])
def test_a_date_that_says_nothing(date: str) -> None:
    assert "密钥" in of_status(401, signed=True, date=date)


def test_slow_answers_and_slow_connections() -> None:
    late = of_error(TimeoutError(), 5.0)
    assert late.seen == "5 秒内没有答复"
    assert "平台只等 20 秒" in late.advice
    assert "--answer-timeout 只放宽检验" in late.advice


def test_the_platform_waits_as_long_as_is_told() -> None:
    assert AdapterSettings.model_fields["send_timeout"].default == PLATFORM_WAITS
    guide = Path(__file__).parents[3] / "docs" / "departments.zh-CN.md"
    assert f"{PLATFORM_WAITS:g} 秒内没有答复完" in guide.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ((111,), "没有程序在监听"),
        ((101, 111), "没有程序在监听"),
        ((113,), "到不了"),
        ((101, 113), "到不了"),
        ((101, 110), "到不了"),
        ((110, 105), "[Errno 105]"),
    ],
)
def test_a_host_of_several_addresses(errors: tuple[int, ...], told: str) -> None:
    """Their errors are told together, in an error without a number: what none of them says is not the cause."""
    each = [OSError(number, "Connect call failed") for number in errors]
    together = each[0] if len(each) == 1 else OSError(f"Multiple exceptions: {', '.join(map(str, each))}")
    key = ConnectionKey("market.example", 443, True, True, None, None, None)
    seen = of_error(ClientConnectorError(key, together), 20.0).seen
    assert told in seen
    assert "None" not in seen


class _Refused(Exception):
    def __init__(self, *args: Any, sqlstate: str | None = None) -> None:
        super().__init__(*args)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (_Refused(sqlstate="28P01"), "口令"),
        (_Refused(1045, "Access denied"), "口令"),
        (_Refused(1146, "no such table"), "建表脚本"),
        (_Refused(1146, "Table 'exchange.lb_act_result' doesn't exist"), "没有前置库表（lb_act_result）"),
        (
            _Refused(1142, "INSERT command denied to 'a'@'b' for table 'lb_task'"),
            "GRANT SELECT, INSERT ON lb_task",
        ),
        (ConnectionRefusedError(111, "refused"), "是否在运行"),
        (TimeoutError(), "防火墙"),
    ],
)
def test_what_a_database_says(error: Exception, told: str) -> None:
    cause = of_database(error)
    assert cause is not None
    assert told in cause.seen + cause.advice


@pytest.mark.parametrize("error", [None, _Refused(1290, "read only"), _Refused(sqlstate="53300"), _Refused()])
def test_what_a_database_says_that_nobody_foresaw(error: Exception | None) -> None:
    assert of_database(error) is None
