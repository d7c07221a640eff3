"""What is told of a rehearsal: lines, JSON, and the picture."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest
from rehearsal_runs import MONDAY, day, run_record, stage

from fixtures.plans import make_plan, make_step
from lianban.contracts.status import Outcome
from lianban_rehearsal.analysis.summary import summarise
from lianban_rehearsal.delays.models import DelayFile
from lianban_rehearsal.delays.profiles import profiles_of
from lianban_rehearsal.records import Limits, RunRecord, Wait
from lianban_rehearsal.report.document import document
from lianban_rehearsal.report.gantt import gantt
from lianban_rehearsal.report.subject import Subject
from lianban_rehearsal.report.svg import shortened, width_of
from lianban_rehearsal.report.text import lines

PLAN = make_plan(make_step("a"), make_step("b", after=("a",)))
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def subject() -> Subject:
    return Subject(stage(PLAN), {"question": "answer"}, profiles_of(PLAN, DelayFile(), {}), seed=7)


@pytest.fixture
def run() -> RunRecord:
    plain = run_record(
        {"a": (MONDAY, day(3)), "b": (day(3), day(12))},
        promised=date(2026, 3, 16),
        limits={"a": Limits(date(2026, 3, 4)), "b": Limits(date(2026, 3, 30))},
    )
    first, second = plain.steps
    return replace(
        plain, steps=(first, replace(second, waits=(Wait(True, day(4), day(6)), Wait(False, day(7), day(9)))))
    )


def test_lines_name_the_bottleneck_and_the_critical_path(subject: Subject, run: RunRecord) -> None:
    told = "\n".join(lines(subject, summarise([run], subject.stage)))
    assert "按承诺办结：0.0%（95% 置信区间 0% 至 79%）" in told
    assert "全程不超法定时限：—" in told
    assert "中位 12 个工作日" in told
    assert "100%  环节a → 环节b" in told
    assert "瓶颈部门：b局，平均占关键路径 9.0 个工作日（75%）" in told
    assert "环节b：补正 1 次，特别程序 1 次" in told


def test_lines_of_a_rehearsal_nothing_was_decided_in(subject: Subject, run: RunRecord) -> None:
    lapsed = replace(run, outcome=Outcome.LAPSED)
    assert "没有一次作出决定" in list(lines(subject, summarise([lapsed], subject.stage)))[-1]


def test_json_has_every_run(subject: Subject, run: RunRecord) -> None:
    found = json.loads(document(subject, summarise([run], subject.stage), [run]))
    assert (found["seed"], found["answers"], found["bottleneck"]) == (7, {"question": "answer"}, "dept-of-b")
    assert found["days"] == {"median": 12, "p95": 12, "least": 12, "most": 12}
    assert found["on_time"]["promised"]["share"] == 0
    [case] = found["cases"]
    assert case["critical_path"] == [{"step": "a", "days": 3}, {"step": "b", "days": 9}]
    assert [wait["for"] for wait in case["steps"][1]["waits"]] == ["supplement", "procedure"]


def drawn(subject: Subject, run: RunRecord) -> ElementTree.Element:
    return ElementTree.fromstring(gantt(subject, summarise([run], subject.stage), run))


def test_the_picture_shows_every_step_with_what_was_late_and_waited_for(subject: Subject, run: RunRecord) -> None:
    root = drawn(subject, run)
    words = [text.text for text in root.iter(f"{SVG}text")]
    for expected in ("环节a", "环节b", "a局", "3 个工作日", "9 个工作日", "办件承诺 03-16"):
        assert expected in words
    bars = [rect.get("class") or rect.get("fill") for rect in root.iter(f"{SVG}rect") if rect.get("height") == "18"]
    assert bars == ["critical", "late", "critical", "url(#supplement)", "url(#procedure)"]


def test_nothing_is_drawn_outside_the_picture(subject: Subject, run: RunRecord) -> None:
    root = drawn(subject, run)
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    for rect in root.iter(f"{SVG}rect"):
        if rect.get("x") is not None:
            assert 0 <= float(rect.get("x", 0)) <= float(rect.get("x", 0)) + float(rect.get("width", 0)) <= width
            assert 0 <= float(rect.get("y", 0)) <= height
    for text in root.iter(f"{SVG}text"):
        x, long = float(text.get("x", 0)), width_of(text.text or "", float(text.get("font-size", 12)))
        assert x + (long / 2 if text.get("text-anchor") else long) <= width


def test_names_are_escaped_and_shortened(run: RunRecord) -> None:
    name = "<script>&“长”" + "很长的环节名称" * 5
    plan = make_plan(make_step("a").model_copy(update={"name": name}), make_step("b", after=("a",)))
    subject = Subject(stage(plan), {}, profiles_of(plan, DelayFile(), {}), seed=1)
    picture = gantt(subject, summarise([run], subject.stage), run)
    assert "<script>" not in picture
    [shown] = [text.text for text in ElementTree.fromstring(picture).iter(f"{SVG}text") if "<" in (text.text or "")]
    assert re.fullmatch(r"<script>&“长”.+…", shown or "")


def test_words_are_shortened_to_what_there_is_room_for() -> None:
    assert shortened("短", 14, 100) == "短"
    assert width_of(shortened("很" * 50, 14, 100), 14) <= 100
