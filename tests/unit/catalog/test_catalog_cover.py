"""Sets of situations described by answers: exactly, in few words."""

from __future__ import annotations

import pytest
from catalog_samples import entry, made, shop
from catalog_strategies import catalogs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianban.catalog.answers import combinations
from lianban.catalog.cover import Box, Cover

THEME = made(shop()).themes["B4"]
SITUATIONS = list(combinations(THEME))
COVER = Cover(THEME, SITUATIONS)


def said(**answers: str) -> str | None:
    """How it reads that these answers are given."""
    return COVER.when_zh([answers.items() <= situation.items() for situation in SITUATIONS])


def fits(boxes: tuple[Box, ...], situation: dict[str, str]) -> bool:
    return any(all(situation[code] in values for code, values in box) for box in boxes)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(catalogs(), st.data())
def test_boxes_hold_exactly_the_situations_chosen(raw: dict[str, list[dict[str, object]]], data: st.DataObject) -> None:
    theme = made(raw).themes["X1"]
    situations = list(combinations(theme))
    chosen = data.draw(st.lists(st.booleans(), min_size=len(situations), max_size=len(situations)))
    boxes = Cover(theme, situations).boxes(chosen)
    assert [fits(boxes, situation) for situation in situations] == chosen
    # Never told by a question that was not asked: the reader has not seen it.
    assert all("" not in values for box in boxes for _, values in box)


def test_what_always_holds_needs_no_words() -> None:
    assert COVER.when_zh([True] * len(SITUATIONS)) is None
    assert COVER.boxes([False] * len(SITUATIONS)) == ()


def test_an_answer_reads_as_its_label_beside_the_question() -> None:
    assert said(place="rented") == "“经营场所是自有还是租用”选“租用”"


def test_a_question_that_others_imply_is_left_out() -> None:
    """Only who puts up a sign is asked about the street."""
    assert said(sign="yes", busy_street="yes") == "“招牌是否临主干道”选“是”"


def test_answers_that_must_come_together() -> None:
    assert said(place="rented", sign="no") == "“经营场所是自有还是租用”选“租用”，且“是否设置招牌”选“否”"


def test_answers_of_which_either_will_do() -> None:
    holds = [item["place"] == "rented" or item["busy_street"] == "yes" for item in SITUATIONS]
    assert COVER.when_zh(holds) == "“招牌是否临主干道”选“是”；或者“经营场所是自有还是租用”选“租用”"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"a"}, "“哪种”选“甲”"),
        ({"a", "b"}, "“哪种”选“甲”或“乙”"),
        ({"a", "b", "d"}, "“哪种”未选“丙”"),
    ],
)
def test_most_answers_read_as_all_but_one(values: set[str], words: str) -> None:
    raw = shop()
    labels = {"a": "甲", "b": "乙", "c": "丙", "d": "丁"}
    options = [{"value": value, "label": label} for value, label in labels.items()]
    entry(raw, "themes", "B4")["questions"].append({"code": "sort", "text": "哪种？（多选不可）", "options": options})
    theme = made(raw).themes["B4"]
    situations = list(combinations(theme))
    assert Cover(theme, situations).when_zh([item["sort"] in values for item in situations]) == words
