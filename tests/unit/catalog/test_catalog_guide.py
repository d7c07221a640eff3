"""The guide for everyone and for one situation."""

from __future__ import annotations

import pytest
from catalog_samples import Raw, entry, made, shop
from catalog_strategies import catalogs
from hypothesis import HealthCheck, given, settings

from lianban.catalog.answers import InvalidAnswers, combinations
from lianban.catalog.compiler import UnknownTheme, compile_theme
from lianban.catalog.guide import Guide
from lianban.catalog.guide_builder import build_guide
from lianban.catalog.survey import UNCOUNTED_ZH

FULL = {"place": "rented", "sign": "yes", "busy_street": "yes"}
SMALL = {"place": "own", "sign": "no"}


def whole(raw: Raw | None = None) -> Guide:
    return build_guide(made(raw or shop()), "B4")


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(catalogs())
def test_a_tailored_guide_says_what_the_notice_says(raw: Raw) -> None:
    catalog = made(raw)
    for answers in combinations(catalog.themes["X1"]):
        compiled, guide = compile_theme(catalog, "X1", answers, "429006"), build_guide(catalog, "X1", answers)
        notice = compiled.notice
        assert [step.name for step in guide.steps] == [step.name for step in notice.steps]
        assert [step.after for step in guide.steps] == [step.after for step in notice.steps]
        materials = [(item.name, item.form, item.copies, item.required) for item in guide.materials]
        assert materials == [(item.name, item.form, item.copies, item.required) for item in notice.materials]
        assert len(guide.produced) == len(notice.not_asked)
        fields = [field.code for group in guide.form for field in group.fields]
        assert fields == [field.code for field in compiled.form.fields]
        for line in guide.reductions:
            assert line.before.low == line.before.high == getattr(compiled.savings.before, line.code)
            assert line.after.low == line.after.high == getattr(compiled.savings.after, line.code)
        assert guide.fee_total.high == notice.fee_total
        parts = [
            *guide.steps,
            *guide.materials,
            *guide.results,
            *(field for group in guide.form for field in group.fields),
        ]
        assert all(part.when is None for part in parts)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(catalogs())
def test_the_guide_for_everyone_holds_what_any_situation_calls_for(raw: Raw) -> None:
    catalog = made(raw)
    guide = build_guide(catalog, "X1")
    each = [build_guide(catalog, "X1", answers) for answers in combinations(catalog.themes["X1"])]
    for part in ("steps", "materials"):
        here = {item.code: item.when for item in getattr(guide, part)}
        there = [{item.code for item in getattr(one, part)} for one in each]
        assert set(here) == set().union(*there)
        for code, when in here.items():
            assert (when is None) == all(code in found for found in there)
    for position, line in enumerate(guide.reductions):
        lines = [one.reductions[position] for one in each]
        assert (line.after.low, line.after.high) == (min(x.after.low for x in lines), max(x.after.high for x in lines))


def test_steps_stand_in_stages_with_their_conditions() -> None:
    guide = whole()
    assert [[step.code for step in stage] for stage in guide.stages] == [
        ["register"],
        ["tax-setup", "sign"],
        ["sign-notice"],
        ["water-account"],
    ]
    conditions = {step.code: step.when for step in guide.steps if step.when}
    assert conditions == {"sign": "“是否设置招牌”选“是”", "sign-notice": "“招牌是否临主干道”选“是”"}


def test_a_material_that_a_step_makes_only_now_and_then() -> None:
    """Who has the licence brings it; for the others this case makes it. No condition in the catalogue says so."""
    raw = shop()
    question = {
        "code": "licence",
        "text": "是否已有执照？",
        "options": [{"value": "held", "label": "有"}, {"value": "new", "label": "没有"}],
    }
    theme = entry(raw, "themes", "B4")
    theme["questions"].append(question)
    next(step for step in theme["steps"] if step["matter"] == "register")["when"] = 'answers.licence == "new"'
    material = next(item for item in whole(raw).materials if item.code == "licence")
    assert material.when == "“是否已有执照”选“有”"
    assert material.produced == "一并办理“事项register”的，由本次联办产生，无需提交"
    assert [item.name for item in whole().produced] == ["营业执照"]


def test_figures_range_over_the_situations() -> None:
    guide = whole()
    texts = {line.code: (line.before.text, line.after.text) for line in guide.reductions}
    assert texts["steps"] == ("9～15", "3～5")
    assert texts["forms"] == ("2～3", "1")
    assert (guide.fee_total.text, guide.visits.text) == ("0～12.5", "0～1")


def test_questions_of_a_tailored_guide_are_those_asked_with_their_answers() -> None:
    guide = build_guide(made(shop()), "B4", SMALL)
    assert {question.code: question.answer_label for question in guide.questions} == {"place": "自有", "sign": "否"}
    followed = next(question for question in whole().questions if question.code == "busy_street")
    assert (followed.when, followed.asked_if) == ("“是否设置招牌”选“是”", ((("sign", ("yes",)),),))


def test_bodies_a_matter_is_delegated_to_are_named() -> None:
    raw = shop()
    raw["departments"].append(
        {"code": "town", "name": "样例镇政府", "short_name": "样例镇", "role": "township", "division": "429006100"}
    )
    entry(raw, "matters", "sign")["handled_by"] = "township"
    step = next(step for step in whole(raw).steps if step.code == "sign")
    assert (step.department, step.delegated_to) == ("城市管理执法局", ("样例镇政府",))


def test_who_it_is_for_is_said_in_the_words_of_its_rules() -> None:
    raw = shop()
    entry(raw, "themes", "B4")["eligibility"] = [{"when": 'facts.trade == "catering"', "why": "准备开小店的人"}]
    assert whole(raw).eligibility == ("准备开小店的人",)


def test_too_many_situations_are_owned_up_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lianban.catalog.answers.MAX_SITUATIONS", 3)
    guide = whole()
    assert not guide.exhaustive
    assert {step.when for step in guide.steps} == {None, UNCOUNTED_ZH}


def test_what_it_refuses() -> None:
    with pytest.raises(UnknownTheme):
        build_guide(made(shop()), "Z9")
    with pytest.raises(InvalidAnswers) as caught:
        build_guide(made(shop()), "B4", {"place": "cave"})
    assert len(caught.value.faults) == 2
    assert build_guide(made(shop()), "B4", FULL).tailored
