"""The conformance kit with staging tables: our sandbox's department conforms, an idle one does not."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from adapters_staging import DepartmentDatabase, act_row, in_postgres
from ruamel.yaml import YAML
from sqlalchemy import make_url

from fixtures.postgres import PostgresServer
from lianban.platform.serving import listen
from lianban.platform.webhooks import new_secret
from lianban_adapters.conformance.checks.model import Outcome, Verdict
from lianban_adapters.conformance.kit import Patience
from lianban_adapters.conformance.report import Report
from lianban_adapters.conformance.runner import Order, conform
from lianban_adapters.samples.tasks import Sampler
from lianban_sandbox.settings import SandboxSettings
from lianban_sandbox.world import running

FILES = ("courier_secret_file", "sms_key_file", "registries_key_file", "licences_key_file")
PORTS = ("departments", "courier", "sms", "smtp", "mail_records", "registries", "licences")


PATIENCE = Patience(acts=10.0, quiet=2.0)


@dataclass
class Tables:
    database: DepartmentDatabase

    async def conform(self, answer_timeout: float = 20.0, patience: Patience = PATIENCE) -> Report:
        with contextlib.closing(listen("127.0.0.1", 0)) as platform:
            public_url = f"http://127.0.0.1:{platform.getsockname()[1]}"
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


async def test_our_own_department_conforms_whatever_an_aborted_run_has_left(tables: Tables, sandbox: str) -> None:
    case_no, step = Sampler("tables").task(1, datetime(2026, 3, 2, 1, tzinfo=UTC)).task_id.split(":")
    left = act_row(case_no, step)
    await tables.database.write(left)
    async with httpx.AsyncClient(trust_env=False) as http:
        first = [{"act": "request_supplement"}, {"act": "stop", "procedure": "testing", "days": 5}]
        (await http.put(f"{sandbox}/control/departments", json={"first": first})).raise_for_status()
    report = await tables.conform()
    assert failed(report) == {}
    assert report.conforms
    outcomes = {check: verdict.outcome for check, verdict in found(report).items()}
    shown = ("tables-usable", "time-zone", "withdrawn-first", "supplement-resumed", "conflict-calm", "withdrawn-stops")
    for check in (*shown, "acceptance"):
        assert outcomes[check] is Outcome.PASSED
    assert {"signature-forged", "answer-acts"}.isdisjoint(outcomes)
    assert "另有以前检验的任务 1 项这时才有办理动作，没有计入。" in list(report.lines())
    [row] = await tables.database.rows("lb_act", act_id=left["act_id"])
    assert (row["is_sync"], row["sync_code"]) == (1, "unknown-task")


async def test_one_that_takes_nothing_does_not(tables: Tables) -> None:
    report = await tables.conform(answer_timeout=1.0)
    assert not report.conforms
    assert found(report)["task-taken"].seen == "1 秒内没有取走"
    assert found(report)["tables-usable"].outcome is Outcome.UNPLAYED
    assert report.cause is not None
    assert "is_sync 是否改为 1" in report.cause.advice


async def test_a_database_that_is_not_there_is_told(tables: Tables) -> None:
    assert "数据库没有连上" in await cause(tables, "postgresql+asyncpg://nobody:x@127.0.0.1:9/none")


async def test_a_wrong_password_and_a_wrong_database_are_told(tables: Tables) -> None:
    url = make_url(tables.database.url)
    wrong = {"账号或者口令不对": url.set(password="another"), "没有这个库": url.set(database="none")}
    for told, one in wrong.items():
        assert told in await cause(tables, one.render_as_string(hide_password=False))


async def test_tables_that_are_not_there_or_not_ours_are_told(tables: Tables) -> None:
    await tables.database.change("ALTER TABLE lb_task RENAME TO lb_other")
    assert "没有前置库表（lb_task）" in await cause(tables, tables.database.url)
    await tables.database.change("ALTER TABLE lb_other RENAME TO lb_task")
    user = make_url(tables.database.url).username
    await tables.database.change(f"REVOKE INSERT ON lb_task FROM {user}")
    assert "平台账号的权限不足（lb_task）" in await cause(tables, tables.database.url)


@pytest.mark.parametrize(
    ("change", "told", "to_do"),
    [
        (
            "REVOKE ALL ON lb_act FROM {user}",
            "平台账号的权限不足（lb_act）",
            "GRANT SELECT, UPDATE (is_sync, sync_time,",
        ),
        (
            "REVOKE ALL ON lb_act_result FROM {user}",
            "平台账号的权限不足（lb_act_result）",
            "GRANT SELECT ON lb_act_result",
        ),
        ("ALTER TABLE lb_act RENAME TO lb_other", "没有前置库表（lb_act）", "先按建表脚本建表"),
    ],
)
async def test_acts_that_may_not_be_read_are_one_cause(
    tables: Tables, sandbox: str, change: str, told: str, to_do: str
) -> None:
    await tables.database.change(change.format(user=make_url(tables.database.url).username))
    report = await tables.conform(patience=Patience(acts=3.0, quiet=0.1))
    assert report.cause is not None
    assert report.cause.seen == f"取不到办理动作：{told}"
    assert to_do in report.cause.advice
    assert set(failed(report)) == {"tables-usable"}
    assert found(report)["act-came"].outcome is Outcome.UNPLAYED


async def test_times_that_a_server_in_another_zone_writes_are_named(tables: Tables, sandbox: str) -> None:
    """The department's program gives its acts the right time, and leaves the rest to the server."""
    for table, column in (("lb_act", "cd_time"), ("lb_task", "sync_time")):
        await tables.database.change(
            f"CREATE FUNCTION {column}_in_utc() RETURNS trigger LANGUAGE plpgsql AS"
            f" 'BEGIN NEW.{column} := now() AT TIME ZONE ''UTC''; RETURN NEW; END'"
        )
        await tables.database.change(
            f"CREATE TRIGGER in_utc BEFORE {'INSERT' if table == 'lb_act' else 'UPDATE'} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {column}_in_utc()"
        )
    report = await tables.conform()
    assert set(failed(report)) == {"time-zone"}
    for column in ("lb_act.cd_time", "lb_task.sync_time"):
        assert f"{column} 早 8 小时" in failed(report)["time-zone"]


async def cause(tables: Tables, url: str) -> str:
    """Of a run with this URL that comes to nothing."""
    report = await Tables(DepartmentDatabase(url, tables.database.engine)).conform(answer_timeout=2.0)
    assert report.cause is not None
    assert found(report).pop("task-taken").outcome is Outcome.FAILED
    assert set(failed(report)) == {"task-taken"}
    return report.cause.seen
