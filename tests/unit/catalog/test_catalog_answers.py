"""Answers to the questionnaire."""

from __future__ import annotations

import pytest
from catalog_samples import entry, made, shop

from lianban.catalog.answers import (
    AnswerProblem,
    InvalidAnswers,
    bindings,
    combinations,
    questions_to_ask,
    validate_answers,
)
from lianban.catalog.compiler import compile_theme

CATALOG = made(shop())
THEME = CATALOG.themes["B4"]


def asked(answers: dict[str, str]) -> list[str]:
    return [question.code for question in questions_to_ask(THEME, answers)]


def test_questions_follow_the_answers() -> None:
    assert asked({}) == ["place", "sign"]
    assert asked({"sign": "yes"}) == ["place", "sign", "busy_street"]
    assert asked({"sign": "no", "busy_street": "yes"}) == ["place", "sign"]


def test_every_fault_at_once() -> None:
    faults = validate_answers(THEME, {"place": "tent", "colour/red": "blue", "sign": "yes"})
    assert [(fault.pointer, fault.code) for fault in faults] == [
        ("/colour~1red", AnswerProblem.UNKNOWN_QUESTION),
        ("/place", AnswerProblem.UNKNOWN_OPTION),
        ("/busy_street", AnswerProblem.MISSING_ANSWER),
    ]
    assert all("tent" not in fault.message_zh and "blue" not in fault.message_zh for fault in faults)


def test_compiling_refuses_them_together() -> None:
    with pytest.raises(InvalidAnswers) as caught:
        compile_theme(CATALOG, "B4", {"sign": "maybe"}, "429006")
    assert [fault.question for fault in caught.value.faults] == ["place", "sign"]


def test_an_answer_left_behind_by_a_change_of_mind_is_left_aside() -> None:
    answers = {"place": "own", "sign": "no", "busy_street": "yes"}
    assert validate_answers(THEME, answers) == ()
    compilation = compile_theme(CATALOG, "B4", answers, "429006")
    assert compilation.answers == {"place": "own", "sign": "no"}
    assert "sign-notice" not in compilation.dossiers


def test_combinations() -> None:
    assert len(list(combinations(THEME))) == 2 * (2 + 1)


def test_what_a_theme_settles_itself_is_not_asked_but_holds_in_conditions() -> None:
    raw = shop()
    theme = entry(raw, "themes", "B4")
    theme["given"] = {"place": "rented"}
    theme["questions"] = [question for question in theme["questions"] if question["code"] != "place"]
    theme["questions"][0]["when"] = 'answers.place == "rented"'
    catalog = made(raw)
    assert [question.code for question in questions_to_ask(catalog.themes["B4"], {})] == ["sign"]
    assert bindings(catalog.themes["B4"], {"sign": "no"})["answers.place"] == "rented"
    compilation = compile_theme(catalog, "B4", {"sign": "no"}, "429006")
    assert compilation.answers == {"sign": "no"}
    assert "lease" in compilation.dossiers["register"].materials
    assert [fault.code for fault in validate_answers(catalog.themes["B4"], {"sign": "no", "place": "own"})] == [
        AnswerProblem.UNKNOWN_QUESTION
    ]
