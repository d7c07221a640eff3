"""The file of delays with its faults, past cases with theirs, and which of them counts for a step."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from fixtures.catalogues import CITY
from fixtures.plans import make_plan, make_step, working_days
from lianban.catalog.loader import load_catalog
from lianban.catalog.models import Catalog
from lianban.catalog.terms import AcceptanceMode, StepKind
from lianban.clock.files import load_calendar
from lianban_rehearsal.delays.distribution import Lognormal, Measured
from lianban_rehearsal.delays.files import read_delays
from lianban_rehearsal.delays.models import DelayFile
from lianban_rehearsal.delays.past import SAME_DAY, PastUnreadable, read_past
from lianban_rehearsal.delays.profiles import Chance, profiles_of

CALENDAR = load_calendar(CITY / "calendars")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(CITY)


def read(path: Path, text: str, catalog: Catalog) -> tuple[DelayFile | None, list[str]]:
    path.write_text(text, encoding="utf-8")
    found, faults = read_delays(path, catalog)
    return found, [str(fault).removeprefix(f"{path}:") for fault in faults]


def test_a_file_with_everything(tmp_path: Path, catalog: Catalog) -> None:
    found, faults = read(
        tmp_path / "delays.yaml",
        """
default: {median: 3, p95: 9.5, refusal: 0.02}
acceptance: {median: 1, p95: 2, supplement: 0.1}
departments:
  education: {median: 2, p95: 4, supplement: {share: 0.2, median: 5, p95: 15}}
matters:
  school-entry-review: {measured: [2, 3.5, 9], extension: 1}
""",
        catalog,
    )
    assert not faults
    assert found is not None
    assert found.default.p95 == Decimal("9.5")
    assert found.acceptance.supplement is not None
    assert found.acceptance.supplement.share == Decimal("0.1")
    assert found.matters["school-entry-review"].measured == (2, Decimal("3.5"), 9)


def test_every_fault_is_told_with_its_line(tmp_path: Path, catalog: Catalog) -> None:
    found, faults = read(
        tmp_path / "delays.yaml",
        """default: {median: 5}
departments:
  educaton: {median: 2, p95: 1}
  education: {medan: 3, supplement: {share: 2}}
matters:
  school-entry-review: {measured: [], stop: 0.3, refusal: often}
  school-place-allocation: {measured: [1], median: 1, p95: 2, extension: -1}
speed: 1
""",
        catalog,
    )
    assert found is None
    assert sorted(faults) == [
        "1: default: median 与 p95 须同时给出 〔改正该值〕",
        "3: departments.educaton: p95 不得小于 median 〔改正该值〕",
        "3: departments.educaton: 目录中没有部门 educaton 〔是否应为 education〕",
        "4: departments.education.medan: 未知字段 medan 〔是否应为 median〕",
        "4: departments.education.supplement.share: 不得大于 1 〔改小〕",
        "6: matters.school-entry-review.measured: 至少要有 1 项 〔补足〕",
        "6: matters.school-entry-review.refusal: 应为数字 〔改为数字〕",
        "6: matters.school-entry-review.stop: 事项 school-entry-review 在目录中没有特别程序 "
        "〔删去 stop，或先在目录中写明特别程序〕",
        "7: matters.school-place-allocation.extension: 不得小于 0 〔改大〕",
        "8: speed: 未知字段 speed 〔改用已定义的代码，或先定义它〕",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "文件为空"), ("- 1\n", "应为键值结构"), ("default: {median: [", "YAML 语法有误"), ("\x00", "YAML")],
)
def test_what_is_no_file_of_delays(tmp_path: Path, catalog: Catalog, text: str, told: str) -> None:
    found, faults = read(tmp_path / "delays.yaml", text, catalog)
    assert found is None
    assert told in faults[0]


PLAN = make_plan(make_step("a"), make_step("b", after=("a",)), make_step("c", kind=StepKind.NOTICE))


def test_the_most_specific_counts() -> None:
    file = DelayFile.model_validate(
        {
            "default": {"median": 1, "p95": 2, "refusal": 0.1},
            "departments": {"dept-of-a": {"median": 3, "p95": 4}, "dept-of-b": {"refusal": 0.3}},
            "matters": {"matter-a": {"measured": [7]}},
        }
    )
    found = profiles_of(PLAN, file, {}).steps
    assert found["a"].work == Measured((7.0,))
    assert (found["a"].basis, found["b"].basis) == ("文件：事项", "文件：缺省")
    assert (found["a"].refusal, found["b"].refusal) == (0.1, 0.3)
    assert "c" not in found  # a public notice lasts its own days


def test_past_cases_count_before_what_is_said_of_a_department_and_after_what_is_said_of_the_matter() -> None:
    past = {"matter-a": (4.0, 2.0), "matter-b": (9.0,)}
    said = {"matters": {"matter-b": {"median": 1, "p95": 2}}, "departments": {"dept-of-a": {"median": 1, "p95": 2}}}
    found = profiles_of(PLAN, DelayFile.model_validate(said), past).steps
    assert (found["a"].work, found["a"].basis) == (Measured((2.0, 4.0)), "以往 2 件")
    assert found["b"].basis == "文件：事项"


def test_without_any_word_a_step_takes_a_share_of_its_promise() -> None:
    assert profiles_of(PLAN, DelayFile(), {}).steps["a"].work == Lognormal(2.5, 5)


def test_a_step_without_a_clock_takes_what_the_promise_of_the_theme_leaves() -> None:
    plan = make_plan(
        make_step("a", limit=working_days(3)),
        make_step("b", after=("a",), kind=StepKind.BATCH, limit=None),
        make_step("c", after=("b",), limit=working_days(2)),
        make_step("d", limit=working_days(19)),
    )
    batch = profiles_of(plan, DelayFile.model_validate({"default": {"supplement": 1}}), {}).steps["b"]
    assert batch.work == Lognormal(7.5, 15)  # of 20 days, 3 before and 2 after
    assert batch.supplement is None


def test_an_officer_accepts_before_silence_would() -> None:
    plan = make_plan(make_step("a"), acceptance=AcceptanceMode.LEAD)
    found = profiles_of(plan, DelayFile.model_validate({"acceptance": {"supplement": 0.5}}), {}).acceptance
    assert found is not None
    assert found.work.at(0.99) < 5
    assert isinstance(found.supplement, Chance)
    assert profiles_of(PLAN, DelayFile(), {}).acceptance is None


def test_past_cases_are_counted_as_the_law_counts() -> None:
    rows = "matter,started,ended,more\nm,2026-02-13,2026-02-25,x\nm,2026-03-02,2026-03-02,\nn,2026-03-02T10:00:00,,\n"
    past = read_past("past.csv", rows.encode("utf-8-sig"), CALENDAR)
    assert not past.faults
    assert past.days == {"m": [3.0, SAME_DAY]}  # the Spring Festival of 2026 is not counted, 14 February was worked
    assert (past.rows, past.open) == (3, 1)


def test_past_cases_as_json() -> None:
    row = b'{"matter": "m", "started": "2026-03-02T17:30:00Z", "ended": "2026-03-05"}'  # the 3rd in Shanghai
    assert read_past("p", b"[" + row + b"]", CALENDAR).days == {"m": [2.0]}
    assert read_past("p", b'{"steps": [' + row + b"]}", CALENDAR).days == {"m": [2.0]}


def test_every_fault_of_past_cases_is_told() -> None:
    rows = "matter,started,ended\nm,2026-03-02,2026-03-01\n,x,y\nm,1999-01-01,1999-02-01\n"
    past = read_past("past.csv", rows.encode(), CALENDAR)
    assert past.faults == [
        "past.csv:2: ended: 早于 started",
        "past.csv:3: matter: 缺少事项代码",
        "past.csv:3: started: 应为日期，如 2026-03-02",
        "past.csv:3: ended: 应为日期，如 2026-03-09",
        "past.csv:4: 1999-01-01 不在工作日历范围内（2004 年至 2027 年）",
    ]
    many = read_past("past.csv", ("matter,started,ended\n" + "m,x,\n" * 50).encode(), CALENDAR)
    assert (len(many.faults), many.fault_count) == (20, 50)
    assert read_past("p", b"[1]", CALENDAR).faults == ["p: [0]: 应为键值结构"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "缺少列 matter、started、ended"),
        (b"matter,started,ended\n", "没有数据"),
        (b"[", "不是有效的 JSON"),
        (b'{"cases": []}', "steps 列表"),
        (b"\xff\xfe", "不是 UTF-8"),
        (b"[" * 100_000, "不是有效的 JSON"),
    ],
)
def test_what_holds_no_past_cases(content: bytes, told: str) -> None:
    with pytest.raises(PastUnreadable, match=told):
        read_past("p", content, CALENDAR)
