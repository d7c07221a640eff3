"""Rehearsals with the real workflow on a real server: small ones, for each takes a server of its own."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fixtures.catalogues import edit, small
from fixtures.plans import CALENDAR, make_plan, make_step, working_days
from lianban.catalog.plan import Plan, PlanProcedure
from lianban.catalog.terms import AcceptanceMode, RefusalPolicy, SpecialProcedureKind, StepKind
from lianban.cli import main
from lianban.clock.deadlines import start_of_day
from lianban.contracts.status import Outcome, StepState
from lianban_rehearsal.analysis.summary import Summary, summarise
from lianban_rehearsal.course.eras import years_ahead
from lianban_rehearsal.course.office import opening
from lianban_rehearsal.delays.models import DelayFile
from lianban_rehearsal.delays.profiles import profiles_of
from lianban_rehearsal.driving.case import Scenario
from lianban_rehearsal.driving.rehearsal import rehearse
from lianban_rehearsal.records import RunRecord, Stage, StepRecord

MONDAY = date(2026, 3, 2)


def rehearsed(plan: Plan, delays: dict[str, Any], runs: int, start: date = MONDAY) -> tuple[list[RunRecord], Summary]:
    stage = Stage(plan, CALENDAR, opening(start))
    profiles = profiles_of(plan, DelayFile.model_validate(delays), {})
    scenario = Scenario(stage, profiles, seed=1, years=years_ahead(stage.start, datetime.now(UTC)))
    records = rehearse(scenario, runs, lambda: None)
    return records, summarise(records, stage)


def exactly(days: float) -> dict[str, Any]:
    return {"measured": [days]}


def step_of(record: RunRecord, code: str) -> StepRecord:
    return next(step for step in record.steps if step.code == code)


def test_a_planted_bottleneck_is_found() -> None:
    plan = make_plan(make_step("a"), make_step("b"), make_step("c", after=("a", "b")), make_step("d", after=("c",)))
    delays = {
        "default": {"median": 1, "p95": 2},
        "departments": {"dept-of-b": {"median": 12, "p95": 15}},
        "matters": {"matter-d": exactly(3)},
    }
    records, found = rehearsed(plan, delays, 5)
    assert [record.run for record in records] == [1, 2, 3, 4, 5]
    assert found.departments[0].department == "dept-of-b"
    assert found.paths[0].steps == ("b", "c", "d")
    assert found.paths[0].runs.value == 1
    b, d = found.steps[1], found.steps[3]
    assert (b.promised.hits, b.legal.hits) == (0, 5)
    assert d.days is not None
    assert (d.days.median, d.days.p95) == (3, 3)


def test_what_the_calendar_and_the_law_say_comes_from_the_case_itself() -> None:
    """A public notice between two decisions of two days each: every date as the calendar has it."""
    plan = make_plan(
        make_step("a", limit=working_days(2, 20)),
        make_step("n", after=("a",), kind=StepKind.NOTICE, limit=working_days(5)),
        make_step("b", after=("n",), limit=working_days(5)),
    )
    [record], _ = rehearsed(plan, {"default": exactly(2)}, 1)
    a, notice, b = record.steps
    assert a.ended is not None
    assert (a.ended.date(), a.limits.promised, a.limits.legal) == (
        date(2026, 3, 4),
        date(2026, 3, 4),
        date(2026, 3, 30),
    )
    assert notice.limits.promised == date(2026, 3, 11)
    assert notice.ended == b.began == start_of_day(date(2026, 3, 12))
    assert record.ended.date() == date(2026, 3, 16)
    assert record.limits.promised == date(2026, 3, 30)


def test_supplement_stop_and_extension_are_those_of_the_case() -> None:
    procedure = PlanProcedure(kind=SpecialProcedureKind.TESTING, longest=working_days(10))
    plan = make_plan(
        make_step("a", limit=working_days(5, 20)),
        make_step("b", limit=working_days(5, 20)).model_copy(update={"procedures": (procedure,)}),
        make_step("c", limit=working_days(5, 20)),
        make_step("d", limit=working_days(5)),
    )
    delays = {
        "default": exactly(4),
        "matters": {
            "matter-a": {"supplement": {"share": 1, "measured": [8]}},
            "matter-b": {"stop": {"share": 1, "measured": [6]}},
            "matter-c": {**exactly(9), "extension": 1},
            "matter-d": {**exactly(9), "extension": 1},
        },
    }
    [record], found = rehearsed(plan, delays, 1)
    a, b, c, d = record.steps
    [wait] = a.waits
    assert wait.supplement
    assert CALENDAR.working_days_between(wait.began.date(), wait.ended.date()) == 8
    assert a.ended is not None
    assert CALENDAR.working_days_between(wait.ended.date(), a.ended.date()) == 4
    assert a.limits.promised == CALENDAR.add_working_days(wait.ended.date(), 5)  # counted anew from the supplement
    [stop] = b.waits
    assert not stop.supplement
    assert b.limits.promised == CALENDAR.add_working_days(MONDAY, 5 + 6)  # what the testing took is not counted
    assert c.extended
    assert c.limits.promised == CALENDAR.add_working_days(MONDAY, 15)
    assert not d.extended  # no law sets it a limit that could be extended
    assert not found.unwanted
    assert [(s.code, s.supplemented, s.stopped, s.extended) for s in found.steps] == [
        ("a", 1, 0, 0),
        ("b", 0, 1, 0),
        ("c", 0, 0, 1),
        ("d", 0, 0, 0),
    ]


def test_what_does_not_come_in_time_lapses() -> None:
    plan = make_plan(make_step("a"), make_step("b", after=("a",)))
    delays = {"default": {**exactly(2), "supplement": {"share": 1, "measured": [40]}}}
    [record], _ = rehearsed(plan, delays, 1)
    a, b = record.steps
    assert (a.state, b.state) == (StepState.LAPSED, StepState.CANCELLED)
    assert a.ended is not None
    assert [wait.ended for wait in a.waits] == [a.ended]


def test_refusals_end_a_case_as_its_theme_has_it() -> None:
    plan = make_plan(make_step("a", policy=RefusalPolicy.ALL), make_step("b"))
    delays = {"default": exactly(5), "matters": {"matter-a": {**exactly(1), "refusal": 1}}}
    [record], found = rehearsed(plan, delays, 1)
    assert record.outcome is Outcome.REFUSED
    assert (step_of(record, "a").state, step_of(record, "b").state) == (StepState.REFUSED, StepState.CANCELLED)
    assert record.ended.date() == date(2026, 3, 3)
    assert found.paths[0].steps == ("a",)


@pytest.mark.parametrize(
    ("acceptance", "accepted", "state"),
    [
        ({**exactly(2), "supplement": {"share": 1, "measured": [3]}}, None, StepState.GRANTED),
        (exactly(30), MONDAY, StepState.GRANTED),  # silence accepts, from the day of receipt
        ({**exactly(2), "supplement": {"share": 1, "measured": [90]}}, None, StepState.LAPSED),
    ],
)
def test_acceptance_by_an_officer(acceptance: dict[str, Any], accepted: date | None, state: StepState) -> None:
    plan = make_plan(make_step("a"), acceptance=AcceptanceMode.LEAD)
    [record], found = rehearsed(plan, {"default": exactly(2), "acceptance": acceptance}, 1)
    first, a = record.steps
    assert (first.code, first.state) == ("acceptance", state)
    if state is StepState.LAPSED:
        assert (record.outcome, found.days) == (Outcome.LAPSED, None)
        return
    assert record.accepted is not None
    assert a.began == first.ended
    assert first.ended is not None
    assert record.accepted.date() == (accepted or first.ended.date())
    assert found.paths[0].steps == ("acceptance", "a")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["theme", "rehearse", *(str(argument) for argument in arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small(tmp_path / "catalog")


@pytest.mark.parametrize("start", ["2024-02-29", "2026-12-25"])  # whether past or to come
def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path, start: str) -> None:
    written = []
    for name, at_once in (("one.svg", 8), ("other.svg", 1)):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("lianban_rehearsal.driving.rehearsal.AT_ONCE", at_once)
            result = run(
                "T1", "--folder", folder, "--runs", 4, "--seed", 5, "--start", start, "--svg", tmp_path / name, "--json"
            )
        assert result.exit_code == 0, result.output
        written.append((result.stdout, (tmp_path / name).read_bytes()))
    assert written[0] == written[1]
    found = json.loads(written[0][0])
    assert (found["start"], found["runs"], len(found["cases"])) == (start, 4, 4)
    assert all(case["received"].startswith(start) for case in found["cases"])
    assert b"<svg" in written[0][1]


@pytest.fixture
def past_cases() -> Iterator[str]:
    """Address of a server that answers with past cases."""
    rows = "matter,started,ended\n" + "hygiene,2026-03-02,2026-03-20\n" * 3

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/cases.csv" else 404)
            self.end_headers()
            self.wfile.write(rows.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_past_cases_from_an_address(folder: Path, tmp_path: Path, past_cases: str) -> None:
    result = run(
        "T1", "--folder", folder, "--runs", 2, "--start", "2026-03-02", "--svg", tmp_path / "t1.svg",
        "--measured", f"{past_cases}/cases.csv", "-a", "sign=wanted",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "以往办件 3 行，其中本主题的 3 行" in result.output
    assert "以往 3 件" in result.output
    assert "户外招牌备案" in result.output
    assert "瓶颈部门：许可局，平均占关键路径 14" in result.output


def test_every_fault_is_told_at_once_and_nothing_is_carried_out(folder: Path, tmp_path: Path, past_cases: str) -> None:
    delays = tmp_path / "delays.yaml"
    delays.write_text("departments: {permit: {median: 3}}\n")
    arguments = ["--runs", 0, "--start", "1990-01-01", "--delays", delays, "--measured", f"{past_cases}/none"]
    result = run("T1", "--folder", folder, *arguments, "--svg", tmp_path / "no" / "x.svg", "-a", "sign=perhaps")
    assert result.exit_code == 1
    for told in (
        "“要装户外招牌吗？”的回答不在可选范围内",
        "--runs: 次数须在 1 至 10000 之间",
        "--start: 须在工作日历的",
        "departments.permit: median 与 p95 须同时给出",
        "departments.permit: 目录中没有部门 permit 〔是否应为 permits〕",
        "对方回答 404",
    ):
        assert told in result.output
    unknown = run("T9", "--folder", folder, "--runs", -1, "--delays", tmp_path / "none.yaml")
    assert unknown.exit_code == 1
    assert "没有主题 T9" in unknown.output
    assert "无法读取" in unknown.output
    edit(folder, "themes/T1.yaml", "lead: permits", "lead: nobody")
    assert "部门 nobody 未定义" in run("T1", "--folder", folder).output
