"""Answers to the questionnaire."""

from __future__ import annotations

import pytest
from catalog_samples import made, shop

from lianban.catalog.answers import AnswerProblem, InvalidAnswers, combinations, questions_to_ask, validate_answers
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
