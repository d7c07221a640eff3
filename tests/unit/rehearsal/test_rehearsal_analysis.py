"""Critical paths, bottleneck and shares, from records made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rehearsal_runs import MONDAY, day, run_record, stage, step_record

from fixtures.plans import make_plan, make_step
from lianban.contracts.status import Outcome, StepState
from lianban_rehearsal.analysis.critical import critical_path
from lianban_rehearsal.analysis.summary import summarise
from lianban_rehearsal.records import Limits

DIAMOND = make_plan(make_step("a"), make_step("b"), make_step("c", after=("a", "b")), make_step("d", after=("c",)))


def test_the_path_goes_back_to_what_was_waited_for_longest() -> None:
    run = run_record(
        {"a": (MONDAY, day(2)), "b": (MONDAY, day(5)), "c": (day(5), day(6)), "d": (day(6), day(16))},
    )
    path = critical_path(run, stage(DIAMOND))
    assert [(link.step, link.days) for link in path] == [("b", 5), ("c", 1), ("d", 10)]


def test_what_never_began_or_was_cancelled_is_on_no_path() -> None:
    run = run_record({"a": (MONDAY, day(2)), "b": (MONDAY, day(5))})
    cancelled = step_record("c", None, day(5), StepState.CANCELLED)
    begun = step_record("d", day(1), day(6), StepState.CANCELLED)
    path = critical_path(replace(run, steps=(*run.steps, cancelled, begun)), stage(DIAMOND))
    assert [link.step for link in path] == ["b"]


@given(st.lists(st.integers(0, 30), min_size=4, max_size=4))
def test_the_days_of_a_path_are_the_days_of_the_case(lengths: list[int]) -> None:
    a, b, c, d = lengths
    ready = max(a, b)
    run = run_record(
        {
            "a": (MONDAY, day(a)),
            "b": (MONDAY, day(b)),
            "c": (day(ready), day(ready + c)),
            "d": (day(ready + c), day(ready + c + d)),
        }
    )
    place = stage(DIAMOND)
    path = critical_path(run, place)
    assert sum(link.days for link in path) == place.working_days(MONDAY, run.ended) == ready + c + d
    after = {step.code: step.after for step in DIAMOND.steps}
    assert all(first.step in after[then.step] for first, then in pairwise(path))


def test_the_department_that_holds_the_case_up_comes_first() -> None:
    runs = [
        run_record(
            {"a": (MONDAY, day(2)), "b": (MONDAY, day(1)), "c": (day(2), day(12)), "d": (day(12), day(13))}, run=1
        ),
        run_record(
            {"a": (MONDAY, day(1)), "b": (MONDAY, day(3)), "c": (day(3), day(9)), "d": (day(9), day(10))}, run=2
        ),
    ]
    found = summarise(runs, stage(DIAMOND))
    assert [one.department for one in found.departments] == ["dept-of-c", "dept-of-b", "dept-of-a", "dept-of-d"]
    assert found.departments[0].days == 8
    assert sum(one.share for one in found.departments) == pytest.approx(1)
    assert [(path.steps, path.runs.hits) for path in found.paths] == [(("a", "c", "d"), 1), (("b", "c", "d"), 1)]
    assert {step.code: step.critical.hits for step in found.steps} == {"a": 1, "b": 1, "c": 2, "d": 2}
    assert found.days is not None
    assert (found.days.median, found.days.p95) == (10, 13)
    assert found.typical is runs[1]


def test_on_time_by_promise_and_by_law() -> None:
    plan = make_plan(make_step("a"), make_step("b"))
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    limits = {"a": Limits(friday, monday), "b": Limits(friday)}
    runs = [
        run_record({"a": (MONDAY, day(4, 16)), "b": (MONDAY, day(3))}, run=1, promised=friday, limits=limits),
        run_record({"a": (MONDAY, day(5)), "b": (MONDAY, day(5))}, run=2, promised=friday, limits=limits),
        run_record({"a": (MONDAY, day(6)), "b": (MONDAY, day(1))}, run=3, promised=monday, limits=limits),
    ]
    found = summarise(runs, stage(plan))
    assert (found.promised.hits, found.promised.all) == (1, 3)
    assert (found.legal.hits, found.legal.all) == (2, 3)  # the third went beyond the law of a step
    a, b = found.steps
    assert (a.promised.hits, a.legal.hits) == (1, 2)
    assert (b.promised.hits, b.legal.all) == (2, 0)


def test_the_end_of_a_day_belongs_to_it() -> None:
    midnight = day(5, 24)
    run = run_record({"a": (MONDAY, midnight)}, promised=midnight.date() - timedelta(days=1))
    found = summarise([run], stage(make_plan(make_step("a"))))
    assert (found.promised.hits, found.promised.all) == (1, 1)
    assert found.days is not None
    assert found.days.median == 5


def test_cases_that_were_not_decided_count_in_no_duration() -> None:
    lapsed = run_record({"a": (MONDAY, day(40))}, run=1, outcome=Outcome.LAPSED, unwanted={"ask:no-acceptance": 1})
    found = summarise([lapsed], stage(make_plan(make_step("a"))))
    assert found.outcomes == {Outcome.LAPSED: 1}
    assert found.unwanted == {"ask:no-acceptance": 1}
    assert (found.days, found.typical, found.promised.all, found.paths, found.departments) == (None, None, 0, (), ())
