"""Candidates for new themes: bad rows, occasions, groups, what joining them spares."""

from __future__ import annotations

from array import array
from itertools import pairwise

import pytest
from catalog_samples import made, matter, shop
from hypothesis import given
from hypothesis import strategies as st

from lianban.catalog.candidates.coverage import Coverage
from lianban.catalog.candidates.mining import MIN_OCCASIONS, Group, frequent_groups
from lianban.catalog.candidates.occasions import MAX_MATTERS, Occasions, occasions
from lianban.catalog.candidates.ranking import Hours, Search, find_candidates
from lianban.catalog.candidates.records import BadRows, PastCases, read_cases
from lianban.catalog.models import Catalog

CATALOG = made(shop())
HEADING = "applicant,matter,department,filed_at"


def read(*rows: str | bytes, heading: str = HEADING, catalog: Catalog = CATALOG) -> PastCases:
    lines = [row if isinstance(row, bytes) else row.encode() for row in (heading, *rows)]
    return read_cases((line + b"\n" for line in lines), catalog)


def told(*rows: str | bytes, heading: str = HEADING, catalog: Catalog = CATALOG) -> list[str]:
    with pytest.raises(BadRows) as caught:
        read(*rows, heading=heading, catalog=catalog)
    return [str(fault) for fault in caught.value.faults]


def row(applicant: int, matter: str = "register", day: str = "2024-03-01", department: str = "market") -> str:
    return f"{applicant:016x},{matter},{department},{day}"


def test_matters_by_code_by_name_and_unknown_ones() -> None:
    cases = read(
        row(1), row(1, "事项register", department="市监局"), row(2, "开办书店", department="文化局"), "", row(2)
    )
    assert [(item.name, item.department) for item in cases.matters] == [
        ("事项register", "市监局"),
        ("开办书店", "文化局"),
    ]
    assert list(cases.numbers) == [0, 0, 1, 0]
    assert len(set(cases.applicants)) == 2


def test_a_name_of_several_matters_needs_its_department() -> None:
    raw = shop()
    raw["matters"] += [matter("tax-two", "tax", "SERVICE"), matter("water-two", "water", "SERVICE")]
    for item in raw["matters"][-2:]:
        item["name"] = "同名事项"
    catalog = made(raw)
    found = read(row(1, "同名事项", department="水务"), catalog=catalog).matters[0].matter
    assert found is not None
    assert found.code == "water-two"
    assert told(row(1, "同名事项", department="urban"), catalog=catalog) == [
        "第 2 行：matter 有多个同名事项，请改写代码（tax-two、water-two）"
    ]


def test_figures_are_means_of_what_cases_tell_or_the_catalogues() -> None:
    heading = f"{HEADING},days,materials"
    cases = read(f"{row(1)},4,", f"{row(2)},7,", f"{row(3, '新事项')},,", heading=heading)
    register, new = cases.matters
    assert [register.figure(name) for name in ("steps", "days", "visits", "materials")] == [3, 5.5, 2, 2]
    assert [new.figure(name) for name in ("steps", "days")] == [0, 0]


def test_every_bad_row_is_told_with_its_line() -> None:
    heading = f"{HEADING},visits"
    faults = told(
        f"{row(1)},2",
        row(1),
        f"{row(1, day='2024-02-30')},-1",
        f"{row(1, day='20240101')},99999",
        ",,,,1",
        f"张三,register,market,2024-01-01,{'9' * 5000}",
        "42900619900307006X,register,market,2024-01-01,",
        f'"{row(1)},2',
        f"{row(1, chr(27) + '[2J')},2",
        f"{row(1)},2".encode() + "中".encode("gb18030"),
        heading=heading,
    )
    token = "applicant 须为不可还原的摘要（8～128 个半角字符），不得是姓名、身份号码、手机号码、信用代码"
    assert faults == [
        "第 3 行：应有 5 列，实有 4 列",
        "第 4 行：filed_at 应为日期，格式为 YYYY-MM-DD",
        "第 4 行：visits 应为 0～10000 的整数",
        "第 5 行：filed_at 应为日期，格式为 YYYY-MM-DD",
        "第 5 行：visits 应为 0～10000 的整数",
        "第 6 行：applicant 没有填写",
        "第 6 行：matter 没有填写",
        "第 6 行：department 没有填写",
        "第 6 行：filed_at 没有填写",
        "第 7 行：一行超过 4096 字节",
        f"第 8 行：{token}",
        "第 9 行：引号没有配对",
        "第 10 行：matter 含有不可见的字符",
        "第 11 行：不是 UTF-8 编码（Excel 请另存为“CSV UTF-8”）",
    ]
    assert told("张三,register,market,2024-01-01") == [f"第 2 行：{token}"]


@pytest.mark.parametrize(
    ("heading", "messages"),
    [
        (
            "applicant,matter,matter,phone",
            ["列 matter 重复", "不认识的列 phone", "缺少列 department", "缺少列 filed_at"],
        ),
        (HEADING, ["没有数据"]),
        ("", ["没有数据"]),
    ],
)
def test_headings_that_will_not_do(heading: str, messages: list[str]) -> None:
    found = told(heading=heading)
    assert len(found) == len(messages)
    for fault, message in zip(found, messages, strict=True):
        assert message in fault
        assert fault.startswith("第 1 行")


def test_a_byte_order_mark_and_windows_line_ends_are_welcome() -> None:
    lines = [b"\xef\xbb\xbf" + HEADING.encode() + b"\r\n", row(1).encode() + b"\r\n", b"\r\n"]
    assert len(read_cases(lines, CATALOG)) == 1


def test_too_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lianban.catalog.candidates.records.MAX_ROWS", 2)
    assert told(*(row(number) for number in range(9))) == ["第 4 行：超过 2 行，请分期处理"]


def test_memory_is_bounded_whatever_rows_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lianban.catalog.candidates.matters.MAX_NAMED", 2)
    assert told(row(1, "甲事项"), row(1, "乙事项"), row(1, "丙事项"), row(1, "甲事项")) == [
        "第 4 行：不同的事项、部门超过 2 种，请检查 matter、department 两列"
    ]
    monkeypatch.setattr("lianban.catalog.candidates.records.MAX_FAULTS", 3)
    with pytest.raises(BadRows) as caught:
        read("a", "b", "c", "d", "e")
    assert (len(caught.value.faults), caught.value.total) == (3, 5)


def past(*cases: tuple[int, int, int]) -> PastCases:
    """(applicant, matter, day)"""
    applicants, numbers, days = zip(*cases, strict=True)
    return PastCases([], array("q", applicants), array("i", numbers), array("i", days))


def test_an_occasion_ends_with_its_window() -> None:
    found = occasions(past((1, 7, 100), (1, 8, 190), (1, 9, 191), (2, 7, 100), (1, 7, 101)), window=90)
    assert (found.count, found.applicants, found.groups) == (3, 2, [(7, 8)])
    assert found.single == {7: 2, 8: 1, 9: 1}


def test_an_agents_pile_is_no_occasion() -> None:
    pile = [(1, number, 5) for number in range(MAX_MATTERS + 1)]
    found = occasions(past(*pile, (2, 0, 5)), window=90)
    assert (found.too_large, found.count, found.groups) == (1, 1, [])


@given(
    cases=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 8), st.integers(1, 400)), min_size=1, max_size=60),
    window=st.integers(1, 120),
)
def test_every_case_belongs_to_one_occasion(cases: list[tuple[int, int, int]], window: int) -> None:
    """Counted by hand: begin, take in what lies within the window, begin anew."""
    found = occasions(past(*cases), window)
    expected: list[set[int]] = []
    for applicant in {applicant for applicant, _, _ in cases}:
        own = sorted((day, number) for who, number, day in cases if who == applicant)
        while own:
            reach = own[0][0] + window
            expected.append({number for day, number in own if day <= reach})
            own = [(day, number) for day, number in own if day > reach]
    assert found.count == len(expected)
    assert sorted(found.groups) == sorted(tuple(sorted(item)) for item in expected if len(item) > 1)
    assert sum(found.single.values()) == sum(len(item) for item in expected)


def held(*piles: tuple[int, set[int]]) -> Occasions:
    """(times, matters of the occasion)"""
    found = Occasions()
    for times, matters in piles:
        for _ in range(times):
            found.add(matters)
    return found


def groups(found: Occasions, min_support: float = 0.01, min_lift: float = 2) -> list[tuple[int, ...]]:
    return [group.matters for group in frequent_groups(found, min_support, min_lift)]


def test_what_occurs_together_by_chance_is_no_group() -> None:
    """1 and 2 are filed together 100 times in 1000, as often as two popular matters would be."""
    found = held((100, {1, 2}), (200, {1}), (233, {2}), (467, {9}))
    assert groups(found) == []
    assert groups(found, min_lift=0.9) == [(1, 2)]


def test_a_popular_matter_does_not_join_a_group_it_has_nothing_to_do_with() -> None:
    found = held((40, {1, 2}), (40, {1, 2, 5}), (500, {5}), (420, {6}))
    assert groups(found) == [(1, 2)]


def test_lift_is_that_of_the_weakest_member() -> None:
    (group,) = frequent_groups(held((50, {1, 2}), (50, {1}), (900, {3})), 0.01, 2)
    assert group == Group((1, 2), 50, pytest.approx(50 * 1000 / (100 * 50)))


def test_a_larger_group_stands_for_its_parts() -> None:
    assert groups(held((90, {1, 2, 3}), (10, {1, 2}), (900, {4}))) == [(1, 2, 3)]
    assert groups(held((50, {1, 2, 3}), (60, {1, 2}), (900, {4}))) == [(1, 2, 3), (1, 2)]


def test_few_occasions_prove_nothing() -> None:
    assert groups(held((MIN_OCCASIONS - 1, {1, 2}), (50, {3, 4}), (900, {5}))) == [(3, 4)]
    assert groups(held((MIN_OCCASIONS, {1, 2}), (900, {5}))) == [(1, 2)]
    assert groups(held((30, {1, 2}), (970, {5})), min_support=0.031) == []
    assert groups(held((30, {1, 2}), (970, {5})), min_support=0.03) == [(1, 2)]
    assert groups(held((900, {5}))) == []


def test_a_theme_covers_what_one_of_its_situations_has() -> None:
    coverage = Coverage(CATALOG)
    assert coverage.theme({"register", "sign"}) == "B4"
    assert coverage.theme({"register", "nothing"}) is None
    raw = shop()
    steps = raw["themes"][0]["steps"]
    steps[2]["when"] = 'answers.sign == "no"'
    assert Coverage(made(raw)).theme({"tax-setup", "sign"}) is None


def test_ranked_by_what_is_spared_and_covered_groups_set_apart() -> None:
    heading = f"{HEADING},visits,days"
    rows: list[str] = []

    def pile(times: int, *matters: str) -> None:
        for _ in range(times):
            start = len(rows)
            rows.extend(f"{row(start, name, department='甲')},3,8" for name in matters)

    pile(30, "新事项一", "新事项二")
    pile(25, "新事项三", "新事项四", "新事项五")
    pile(40, "register", "tax-setup")
    pile(400, "别的事项")
    found = find_candidates(CATALOG, read(*rows, heading=heading), Search(hours=Hours(visit=1, form=10, day=0)))
    assert [(item.occasions, len(item.matters)) for item in found.candidates] == [(25, 3), (30, 2)]
    first = found.candidates[0]
    assert first.spared == {"visits": 8, "forms": 2, "days": 16, "materials": 0, "steps": 0}
    assert first.hours == 25 * (8 + 20)
    (covered,) = found.covered
    assert (covered.theme, covered.occasions, covered.spared["materials"]) == ("B4", 40, 1)
    assert covered.spared["steps"] == 4
    assert (found.unlisted, found.occasions, found.too_large) == (6, 495, 0)
    hours = [item.hours for item in found.candidates]
    assert all(one >= other for one, other in pairwise(hours))
