"""The conformance kit with staging tables: our sandbox's department conforms, an idle one does not."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from adapters_staging import DepartmentDatabase, in_postgres
from ruamel.yaml import YAML

from fixtures.postgres import PostgresServer
from lianban.platform.serving import listen
from lianban.platform.webhooks import new_secret
from lianban_adapters.conformance.checks.model import Outcome, Verdict
from lianban_adapters.conformance.kit import Patience
from lianban_adapters.conformance.report import Report
from lianban_adapters.conformance.runner import Order, conform
from lianban_sandbox.settings import SandboxSettings
from lianban_sandbox.world import running

FILES = ("courier_secret_file", "sms_key_file", "registries_key_file", "licences_key_file")
PORTS = ("departments", "courier", "sms", "smtp", "mail_records", "registries", "licences")


@dataclass
class Tables:
    database: DepartmentDatabase

    async def conform(self, answer_timeout: float = 20.0) -> Report:
        with contextlib.closing(listen("127.0.0.1", 0)) as platform:
            public_url = f"http://127.0.0.1:{platform.getsockname()[1]}"
            patience = Patience(acts=10.0, quiet=2.0)
            order = Order(
                "tables",
                "staging",
                "",
                self.database.url,
                public_url,
                patience,
                answer_timeout=answer_timeout,
                acceptance=True,
            )
            return await conform(order, platform)


@pytest.fixture
async def tables(postgres_server: PostgresServer) -> AsyncIterator[Tables]:
    async with in_postgres(postgres_server) as database:
        yield Tables(database)


@pytest.fixture
async def sandbox(tables: Tables, tmp_path: Path) -> AsyncIterator[str]:
    """At work in the tables."""
    for name in FILES:
        (tmp_path / name).write_text(new_secret())
    entry = {"channel": "staging", "secret": new_secret(), "staging": {"database_url": tables.database.url}}
    with (tmp_path / "directory.yaml").open("w") as file:
        YAML(typ="safe").dump({"departments": {"tables": entry}, "supervisor": {}}, file)
    settings = SandboxSettings(
        directory_file=tmp_path / "directory.yaml",
        sandbox_decision_seconds=0,
        sandbox_staging_urls={"tables": tables.database.engine.url.render_as_string(hide_password=False)},
        **{name: tmp_path / name for name in FILES},
        **{f"port_sandbox_{name}": 0 for name in PORTS},
    )
    async with running(settings) as world:
        yield world.departments_url


def failed(report: Report) -> dict[str, str]:
    return {check.id: verdict.seen for check, verdict in report.found if verdict.outcome is Outcome.FAILED}


def found(report: Report) -> dict[str, Verdict]:
    return {check.id: verdict for check, verdict in report.found}


async def test_our_own_department_conforms(tables: Tables, sandbox: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        first = [{"act": "request_supplement"}, {"act": "stop", "procedure": "testing", "days": 5}]
        (await http.put(f"{sandbox}/control/departments", json={"first": first})).raise_for_status()
    report = await tables.conform()
    assert failed(report) == {}
    assert report.conforms
    outcomes = {check: verdict.outcome for check, verdict in found(report).items()}
    for check in ("tables-usable", "supplement-resumed", "conflict-calm", "withdrawn-stops", "acceptance"):
        assert outcomes[check] is Outcome.PASSED
    assert "signature-forged" not in outcomes


async def test_one_that_takes_nothing_does_not(tables: Tables) -> None:
    report = await tables.conform(answer_timeout=1.0)
    assert not report.conforms
    assert found(report)["task-taken"].seen == "限时内没有取走"
    assert found(report)["tables-usable"].outcome is Outcome.PASSED


async def test_a_database_that_is_not_there_is_told(tables: Tables) -> None:
    gone = Tables(DepartmentDatabase("postgresql+asyncpg://nobody:x@127.0.0.1:9/none", tables.database.engine))
    report = await gone.conform(answer_timeout=2.0)
    assert "前置库无法使用" in found(report)["task-taken"].seen
    assert "前置库无法使用" in found(report)["tables-usable"].seen
