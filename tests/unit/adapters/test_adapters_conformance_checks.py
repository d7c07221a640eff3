"""The list of checks: every one says where it is written and how to show it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lianban.clock.deadlines import SHANGHAI
from lianban.platform.problems import FieldError
from lianban_adapters.channels.staging.acts import place
from lianban_adapters.conformance.checks.catalogue import CHECKS, checks_of
from lianban_adapters.conformance.checks.model import Outcome, Verdict, Weight, missed
from lianban_adapters.conformance.evidence import FETCHED, Arrival, Evidence, Paging, Play, now
from lianban_adapters.conformance.report import judged
from lianban_adapters.samples.tasks import Sampler

GUIDE = (Path(__file__).parents[3] / "docs" / "departments.zh-CN.md").read_text(encoding="utf-8")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def found(check_id: str, evidence: Evidence) -> Verdict:
    [check] = [check for check in CHECKS if check.id == check_id]
    return check.judge(evidence)


def ids(kind: str) -> set[str]:
    return {check.id for check in checks_of(kind)}


def arrived(written: str) -> Arrival:
    """An act that says nothing of its officer, as it came just now."""
    fault = FieldError("/officer", "missing", "必填")
    return Arrival(
        Play.BASIC, FETCHED, now(), "t", "a-1", None, written, "", None, None, (fault,), (), 422, "invalid-act"
    )


def test_every_check_has_an_id_of_its_own() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    assert [check.id for check in CHECKS if not re.fullmatch(r"[a-z]+(-[a-z]+)+|acceptance", check.id)] == []


def test_every_check_says_where_it_is_written() -> None:
    headings = set(re.findall(r"^##+ (.+)$", GUIDE, re.MULTILINE))
    assert [check.id for check in CHECKS if check.where not in headings] == []
    for check in CHECKS:
        assert all(map(CHINESE.search, (check.name, check.expected, check.show)))


@pytest.mark.parametrize("kind", ["rest", "polling"])
def test_of_a_department_nothing_was_seen_of_nothing_is_said(kind: str) -> None:
    report = judged("market", kind, Evidence())
    assert [check.id for check, verdict in report.found if verdict.outcome is not Outcome.UNSHOWN] == []
    assert {check.id for check, verdict in report.found if missed(check, verdict)} == {
        check.id for check in checks_of(kind) if check.weight is Weight.ALWAYS
    }
    assert not report.conforms
    text = "\n".join(report.lines())
    assert "还不符合对接要求。" in text
    assert [check.id for check in checks_of(kind) if check.show not in text] == []


def test_tasks_of_every_run_are_known_and_no_others() -> None:
    sampler = Sampler("market")
    task = sampler.task(1, datetime(2026, 3, 2, tzinfo=UTC))
    assert sampler.made(task.task_id)
    assert sampler.made(sampler.acceptance(task).task_id)
    case_no = task.order.case_no
    wrong_sign = "A" if case_no[-1] != "A" else "B"
    others = (f"{case_no}:other", f"{case_no[:-1]}{wrong_sign}:sample-permit", case_no, "", "act:sample-permit")
    assert [one for one in others if sampler.made(one)] == []


@pytest.mark.parametrize(
    ("pages", "ended", "outcome"),
    [
        ([["a"], ["b"]], True, Outcome.PASSED),
        ([["a", "b"]], True, Outcome.UNSHOWN),
        ([["a"], ["a"]], True, Outcome.FAILED),
        ([["a"], ["c"]], True, Outcome.FAILED),
        ([["a"], ["b"]], False, Outcome.FAILED),
        ([["a"], ["b"], ["came-meanwhile"]], True, Outcome.PASSED),
    ],
)
def test_pages_lose_nothing_and_come_to_an_end(pages: list[list[str]], ended: bool, outcome: Outcome) -> None:
    evidence = Evidence(paging=[Paging(pages, ended, frozenset("ab"))])
    [check] = [check for check in CHECKS if check.id == "acts-paged"]
    assert check.judge(evidence).outcome is outcome


def test_places_are_called_as_the_department_calls_them() -> None:
    unreadable = arrived('{"act_id": "a-1", "occurred_at": "2026-03-02T09:00:00+08:00"}')
    assert found("act-form", Evidence(arrivals=[unreadable], place=place)).seen == "handle_user_name 必填"
    assert found("act-form", Evidence(arrivals=[unreadable])).seen == "/officer 必填"
    wrong = replace(unreadable, written=json.dumps({"occurred_at": datetime.now(SHANGHAI).isoformat()[:-6] + "+00:00"}))
    assert found("time-zone", Evidence(arrivals=[wrong], place=place)).seen.startswith("event_time 晚 8 小时")
    assert found("time-zone", Evidence(arrivals=[wrong])).seen.startswith("occurred_at 晚 8 小时")


def test_that_an_act_came_does_not_read_as_a_mistake() -> None:
    verdict = found("act-came", Evidence(arrivals=[arrived("{}")]))
    assert (verdict.outcome, verdict.seen) == (Outcome.PASSED, "来了，内容见 act-form")


def test_only_who_is_posted_to_gives_acts_at_once() -> None:
    kinds = [kind for kind in ("rest", "polling", "staging", "files") if "answer-acts" in ids(kind)]
    assert kinds == ["rest"]


@pytest.mark.parametrize(
    ("off", "outcome"),
    [
        (timedelta(), Outcome.PASSED),
        (timedelta(minutes=-5), Outcome.PASSED),
        (timedelta(hours=-8), Outcome.FAILED),
        (timedelta(hours=8), Outcome.FAILED),
        (timedelta(hours=-20), Outcome.PASSED),  # what was done the day before says nothing of zones
    ],
)
def test_a_time_of_another_zone(off: timedelta, outcome: Outcome) -> None:
    evidence = Evidence()
    evidence.stamped("lb_act.cd_time", datetime.now(SHANGHAI).replace(tzinfo=None) + off)
    [check] = [check for check in CHECKS if check.id == "time-zone"]
    assert check.judge(evidence).outcome is outcome
