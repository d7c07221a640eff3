"""Our own sandbox's departments conform, whichever kind they are and whatever they were told to do."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest

from lianban.platform.serving import listen
from lianban.platform.webhooks import new_secret
from lianban_adapters.conformance.checks.model import Outcome
from lianban_adapters.conformance.kit import Patience
from lianban_adapters.conformance.report import Report
from lianban_adapters.conformance.runner import Order, conform
from lianban_sandbox.callbacks import Patience as Callbacks
from lianban_sandbox.settings import SandboxSettings
from lianban_sandbox.world import running

TOKEN = "polling-token-0123456789"
FILES = ("courier_secret_file", "sms_key_file", "registries_key_file", "licences_key_file")
PORTS = ("departments", "courier", "sms", "smtp", "mail_records", "registries", "licences")


@dataclass
class Sandbox:
    platform: socket.socket
    public_url: str
    secret: str
    url: str

    async def conform(self, kind: Literal["rest", "polling"], **behaviour: Any) -> Report:
        async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
            control = f"{self.url}/control/departments"
            (await http.put(control, json=behaviour)).raise_for_status()
        endpoint = f"{self.url}/departments/market/tasks" if kind == "rest" else f"{self.url}/systems/tax"
        department, secret = ("market", self.secret) if kind == "rest" else ("tax", TOKEN)
        patience = Patience(acts=10.0, quiet=2.0)
        order = Order(department, kind, endpoint, secret, self.public_url, patience, acceptance=True)
        return await conform(order, self.platform)


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    secret = new_secret()
    for name in FILES:
        (tmp_path / name).write_text(new_secret())
    (tmp_path / "directory.yaml").write_text(
        f"departments:\n"
        f'  market: {{channel: inbox, secret: "{secret}"}}\n'
        f'  tax: {{channel: polling, secret: "{new_secret()}", polling: {{base_url: "http://x", token: "{TOKEN}"}}}}\n'
        "supervisor: {}\n"
    )
    with contextlib.closing(listen("127.0.0.1", 0)) as platform:
        public_url = f"http://127.0.0.1:{platform.getsockname()[1]}"
        settings = SandboxSettings(
            adapters_url=public_url,
            notify_url=public_url,
            directory_file=tmp_path / "directory.yaml",
            sandbox_decision_seconds=0,
            **{name: tmp_path / name for name in FILES},
            **{f"port_sandbox_{name}": 0 for name in PORTS},
        )
        async with running(settings, Callbacks(attempts=20, first=0.2, longest=1.0)) as world:
            yield Sandbox(platform, public_url, secret, world.departments_url)


def outcomes(report: Report) -> dict[str, Outcome]:
    assert {check.id: verdict.seen for check, verdict in report.found if verdict.outcome is Outcome.FAILED} == {}
    assert report.conforms
    return {check.id: verdict.outcome for check, verdict in report.found}


async def test_a_department_that_calls_back(sandbox: Sandbox) -> None:
    found = outcomes(await sandbox.conform("rest"))
    assert found["withdrawn-first"] is found["time-zone"] is Outcome.PASSED
    assert found["callback-same"] is found["callback-resigned"] is found["acceptance"] is Outcome.PASSED
    assert found["supplement-resumed"] is Outcome.UNSHOWN


async def test_one_that_does_much_before_it_decides(sandbox: Sandbox) -> None:
    first = [{"act": "request_supplement"}, {"act": "stop", "procedure": "testing", "days": 5}, {"act": "extend"}]
    found = outcomes(await sandbox.conform("rest", first=first))
    assert found["supplement-resumed"] is Outcome.PASSED


async def test_one_that_answers_at_once(sandbox: Sandbox) -> None:
    found = outcomes(await sandbox.conform("rest", immediate=True))
    assert found["answer-acts"] is Outcome.PASSED
    assert found["callback-signed"] is Outcome.UNSHOWN


async def test_one_that_refuses_by_an_officer(sandbox: Sandbox) -> None:
    assert outcomes(await sandbox.conform("rest", mode="refuse"))["never-refuses"] is Outcome.PASSED


async def test_one_that_is_polled(sandbox: Sandbox) -> None:
    found = outcomes(await sandbox.conform("polling"))
    fetched = ("acts-listed", "acts-kept", "acts-paged", "receipt-ends")
    expected = ("token-forged", *fetched, "conflict-calm", "callback-same", "withdrawn-first")
    assert [check for check in expected if found[check] is not Outcome.PASSED] == []
    assert "signature-forged" not in found


async def test_one_that_is_down_is_told_from_one_that_conforms(sandbox: Sandbox) -> None:
    report = await sandbox.conform("rest", mode="down")
    found = {check.id: verdict for check, verdict in report.found}
    assert not report.conforms
    assert found["task-taken"].seen == "业务系统返回 503"
    assert found["act-came"].outcome is Outcome.UNPLAYED
