"""The kit asks a department that calls nobody, and names its mistakes as well."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping

import pytest
from conformance_polled import TOKEN, Mistake, Polled

from lianban.platform.serving import listen, serving
from lianban_adapters.conformance.checks.model import Outcome, missed
from lianban_adapters.conformance.kit import Patience
from lianban_adapters.conformance.report import Report
from lianban_adapters.conformance.runner import Order, conform

EXPECTED = {
    Mistake.NO_TOKEN_CHECK: {"token-forged"},
    Mistake.REPEATS_ARE_NEW: {"repeat-once"},
    Mistake.FORGETS_WITHOUT_RECEIPT: {"acts-kept"},
    Mistake.LISTS_AFTER_RECEIPT: {"receipt-ends", "conflict-calm"},
    Mistake.RUBBISH_LIST: {"acts-listed"},
    Mistake.OTHER_ACT: {"act-form"},
    Mistake.GBK: {"act-form", "chinese-intact"},
    Mistake.GOES_ON: {"withdrawn-stops"},
    Mistake.STRICT_WITHDRAWAL: {"withdrawn-unknown"},
    Mistake.BEGINS_WITHDRAWN: {"withdrawn-first"},
    Mistake.IGNORES_AFTER: {"acts-paged"},
    Mistake.FORGETS_NEXT: {"acts-paged"},
}


async def report_of(mistake: Mistake | None) -> Report:
    async with contextlib.AsyncExitStack() as stack:
        platform = stack.enter_context(contextlib.closing(listen("127.0.0.1", 0)))
        own = stack.enter_context(contextlib.closing(listen("127.0.0.1", 0)))
        await stack.enter_async_context(serving((Polled(mistake).app, own)))
        endpoint, public_url = (f"http://127.0.0.1:{bound.getsockname()[1]}" for bound in (own, platform))
        order = Order("tax", "polling", f"{endpoint}/api", TOKEN, public_url, Patience(acts=10.0, quiet=3.0))
        return await conform(order, platform)


@pytest.fixture(scope="module")
async def reports() -> Mapping[Mistake | None, Report]:
    departments: tuple[Mistake | None, ...] = (None, *Mistake)
    found = await asyncio.gather(*(report_of(mistake) for mistake in departments))
    return dict(zip(departments, found, strict=True))


def test_whoever_does_everything_right_passes(reports: Mapping[Mistake | None, Report]) -> None:
    report = reports[None]
    assert {check.id: verdict.seen for check, verdict in report.found if verdict.outcome is Outcome.FAILED} == {}
    assert report.conforms
    assert [verdict.outcome for check, verdict in report.found if check.id == "acts-paged"] == [Outcome.PASSED]


@pytest.mark.parametrize("mistake", Mistake)
def test_a_mistake_is_named(reports: Mapping[Mistake | None, Report], mistake: Mistake) -> None:
    report = reports[mistake]
    assert {check.id for check, verdict in report.found if verdict.outcome is Outcome.FAILED} == EXPECTED[mistake]
    assert {check.id for check, verdict in report.found if missed(check, verdict)} >= EXPECTED[mistake]
    assert not report.conforms
