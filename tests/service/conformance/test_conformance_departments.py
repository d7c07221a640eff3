"""The kit passes a department that does everything right, and names the mistake of one that does not."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Mapping

import httpx
import pytest
from conformance_department import Department, Mistake

from lianban.platform.serving import listen, serving
from lianban.platform.webhooks import new_secret
from lianban_adapters.conformance.checks.model import Outcome, missed
from lianban_adapters.conformance.kit import Patience
from lianban_adapters.conformance.report import Report
from lianban_adapters.conformance.runner import Order, conform

PATIENCE = Patience(acts=15.0, quiet=3.0)
ASTRAY = "/v1/v1/departments/market/acts"

EXPECTED = {
    Mistake.NO_SIGNATURE_CHECK: {"signature-forged", "signature-missing", "signature-altered", "signature-stale"},
    Mistake.REPEATS_ARE_NEW: {"repeat-once"},
    Mistake.WRONG_KEY: {"callback-signed"},
    Mistake.NEW_ID_ON_RETRY: {"callback-same"},
    Mistake.OLD_SIGNATURE_ON_RETRY: {"callback-resigned"},
    Mistake.NO_RETRY: {"callback-retried"},
    Mistake.NO_FILE: {"act-content"},
    Mistake.UNKNOWN_RESULT: {"act-content"},
    Mistake.MISSPELT_FIELD: {"act-form"},
    Mistake.GOES_ON: {"withdrawn-stops"},
    Mistake.STRICT_FIELDS: {"fields-ignored"},
    Mistake.STRICT_TYPES: {"type-ignored"},
    Mistake.SMALL_BODIES: {"large-taken"},
    Mistake.WRONG_ADDRESS: {"callback-address"},
    Mistake.HAMMERS: {"conflict-calm", "faulty-calm"},
    Mistake.REFUSES_BY_ITSELF: {"never-refuses"},
    Mistake.IGNORES_SUPPLEMENT: {"supplement-resumed"},
    Mistake.BEGINS_WITHDRAWN: {"withdrawn-first"},
    Mistake.UTC_AS_LOCAL: {"time-zone"},
    Mistake.LOCAL_AS_UTC: {"time-zone", "act-form"},
    Mistake.GBK: {"act-form", "chinese-intact"},
    Mistake.GBK_SIGNED_AS_UTF8: {"callback-signed", "act-form", "chinese-intact"},
    Mistake.SIGNS_NOTHING: {"callback-signed"},
    Mistake.SLOW_CLOCK: {"callback-clock"},
    Mistake.NO_TOKEN: {"material-token"},
    Mistake.SILENT: set[str](),
}
CAUSES = {
    Mistake.WRONG_KEY: "密钥与 --secret-file 的不同，或者签名以后正文又有改动",
    Mistake.SIGNS_NOTHING: "缺少请求头 webhook-id、webhook-timestamp、webhook-signature",
    Mistake.GBK: "应为 UTF-8 编码，收到的像是 GBK",
    Mistake.GBK_SIGNED_AS_UTF8: "签名是按 UTF-8 的正文算的，发出的正文却是 GBK",
    Mistake.WRONG_ADDRESS: "网址中的部门代码不是本部门的",
    Mistake.SLOW_CLOCK: "签名的时间比本机慢约 10 分",
    Mistake.NO_TOKEN: "都没有带正确的令牌",
    Mistake.SILENT: "等了 15 秒，没有收到任何办理动作：部门的回传应发到 http://127.0.0.1:",
}
"""What is said at once of acts that all come in vain."""

_UNREADABLE = {"act-content", "never-refuses"}
FOR_ONE_CAUSE = {
    Mistake.LOCAL_AS_UTC: _UNREADABLE,
    Mistake.GBK: _UNREADABLE,
    Mistake.GBK_SIGNED_AS_UTF8: _UNREADABLE,
    Mistake.NO_TOKEN: {"act-came", "repeat-once"},
    Mistake.SILENT: {"act-came", "repeat-once", "act-form", "withdrawn-first", *_UNREADABLE},
}
"""What has to be shown and could not: of acts that did not come or could not be read nothing more is said."""


def address(bound: socket.socket) -> str:
    return f"http://127.0.0.1:{bound.getsockname()[1]}"


async def report_of(mistake: Mistake | None, path: str = "/v1/departments/market/acts") -> Report:
    secret = new_secret()
    async with contextlib.AsyncExitStack() as stack:
        platform = stack.enter_context(contextlib.closing(listen("127.0.0.1", 0)))
        own = stack.enter_context(contextlib.closing(listen("127.0.0.1", 0)))
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=10))
        department = Department(secret, f"{address(platform)}{path}", http, mistake)
        await stack.enter_async_context(serving((department.app, own)))
        stack.push_async_callback(department.close)
        endpoint = f"{address(own)}/tasks"
        return await conform(Order("market", "rest", endpoint, secret, address(platform), PATIENCE), platform)


@pytest.fixture(scope="module")
async def everybody() -> tuple[Mapping[Mistake | None, Report], Report]:
    """Of every department, and of one that calls an address there is not: they mostly wait, so they are tested at the
    same time."""
    departments: tuple[Mistake | None, ...] = (None, *Mistake)
    *found, astray = await asyncio.gather(*map(report_of, departments), report_of(None, ASTRAY))
    return dict(zip(departments, found, strict=True)), astray


@pytest.fixture(scope="module")
def reports(everybody: tuple[Mapping[Mistake | None, Report], Report]) -> Mapping[Mistake | None, Report]:
    return everybody[0]


@pytest.fixture(scope="module")
def astray(everybody: tuple[Mapping[Mistake | None, Report], Report]) -> Report:
    return everybody[1]


def test_whoever_does_everything_right_passes(reports: Mapping[Mistake | None, Report]) -> None:
    report = reports[None]
    assert {check.id: verdict.seen for check, verdict in report.found if verdict.outcome is Outcome.FAILED} == {}
    assert report.conforms
    unshown = {check.id for check, verdict in report.found if verdict.outcome is Outcome.UNSHOWN}
    assert unshown == {"answer-acts", "acceptance", "material-token", "material-whole"}


@pytest.mark.parametrize("mistake", Mistake)
def test_a_mistake_is_named_and_nothing_else(reports: Mapping[Mistake | None, Report], mistake: Mistake) -> None:
    report = reports[mistake]
    assert {check.id for check, verdict in report.found if verdict.outcome is Outcome.FAILED} == EXPECTED[mistake]
    missing = {check.id for check, verdict in report.found if missed(check, verdict)}
    assert missing == EXPECTED[mistake] | FOR_ONE_CAUSE.get(mistake, set())
    assert not report.conforms


@pytest.mark.parametrize("mistake", [None, *Mistake])
def test_acts_that_all_come_in_vain_have_one_cause(
    reports: Mapping[Mistake | None, Report], mistake: Mistake | None
) -> None:
    report = reports[mistake]
    unplayed = {check.id: verdict.seen for check, verdict in report.found if verdict.outcome is Outcome.UNPLAYED}
    if mistake not in CAUSES:
        assert (report.cause, unplayed) == (None, {})
        return
    assert report.cause is not None
    assert CAUSES[mistake] in report.cause.seen
    assert set(unplayed.values()) == {"见“原因”"}
    assert "conflict-calm" in unplayed
    first, second, *others = report.lines()
    assert first == f"原因：{report.cause.seen}。"
    assert second.startswith(f"请先解决：{report.cause.advice}。")
    assert report.cause.seen not in "\n".join(others)


def test_what_is_to_be_done_fits_the_mistake(reports: Mapping[Mistake | None, Report]) -> None:
    told = {mistake: cause.advice for mistake, report in reports.items() if (cause := report.cause)}
    assert told[Mistake.GBK_SIGNED_AS_UTF8] == "正文先编码为 UTF-8，再对发出的字节签名"
    assert "三个请求头" in told[Mistake.SIGNS_NOTHING]
    assert "密钥用 --secret-file 的" in told[Mistake.WRONG_KEY]


def test_an_address_the_platform_has_not_is_named(astray: Report) -> None:
    [verdict] = [verdict for check, verdict in astray.found if check.id == "callback-address"]
    assert verdict.outcome is Outcome.FAILED
    assert verdict.seen.endswith(f"次发到 {ASTRAY}，平台没有这个地址")
