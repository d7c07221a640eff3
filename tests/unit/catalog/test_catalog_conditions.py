"""Conditions: CEL, type-checked, over the answers only."""

from __future__ import annotations

from threading import Thread

import pytest

from lianban.catalog.conditions import (
    ConditionError,
    ConditionProblem,
    bind,
    compared_values,
    compile_condition,
)

QUESTIONS = ("housing", "child")


@pytest.mark.parametrize(
    ("source", "answers", "holds"),
    [
        ('answers.housing == "rent"', {"housing": "rent"}, True),
        ('answers.housing == "rent"', {"housing": "own"}, False),
        ("answers.housing in ['rent', 'own'] && !(answers.child == 'no')", {"housing": "own"}, True),
        ('answers.housing == ""', {}, True),
        ('answers.housing != "rent" || answers.child == "second"', {"child": "second"}, True),
        ("true", {}, True),
    ],
)
def test_holds(source: str, answers: dict[str, str], holds: bool) -> None:
    assert compile_condition(source, QUESTIONS).holds(bind(QUESTIONS, answers)) is holds


@pytest.mark.parametrize(
    ("source", "problem", "detail"),
    [
        ("answers.housing ==", ConditionProblem.SYNTAX, "19"),
        ("", ConditionProblem.SYNTAX, "1"),
        ("answers.house == 'own'", ConditionProblem.UNKNOWN_VARIABLE, "answers.house"),
        ("housing == 'own'", ConditionProblem.UNKNOWN_VARIABLE, "housing"),
        ("answers['housing'] == 'own'", ConditionProblem.UNKNOWN_VARIABLE, "answers"),
        ("answers.housing", ConditionProblem.WRONG_TYPE, "string"),
        ("dyn(true)", ConditionProblem.WRONG_TYPE, "dyn"),
        ("answers.housing == 1", ConditionProblem.WRONG_TYPE, "overload"),
    ],
)
def test_refused(source: str, problem: ConditionProblem, detail: str) -> None:
    with pytest.raises(ConditionError) as caught:
        compile_condition(source, QUESTIONS)
    assert (caught.value.problem, caught.value.detail) == (problem, detail)


@pytest.mark.parametrize("source", ["answers.housing.matches('(')", "int(answers.housing) == 1"])
def test_an_error_at_run_time_is_an_error_not_false(source: str) -> None:
    with pytest.raises(ConditionError) as caught:
        compile_condition(source, QUESTIONS).holds(bind(QUESTIONS, {}))
    assert caught.value.problem is ConditionProblem.EVALUATION


def test_evaluation_is_bounded() -> None:
    numbers = str(list(range(30)))
    source = f"{numbers}.all(a, {numbers}.all(b, {numbers}.all(c, {numbers}.all(d, a + b + c + d >= 0))))"
    with pytest.raises(ConditionError, match="budget"):
        compile_condition(source, ()).holds({})


def test_compiled_once() -> None:
    assert compile_condition("true", QUESTIONS) is compile_condition("true", QUESTIONS)


def test_shared_between_threads() -> None:
    condition = compile_condition("answers.housing == 'own'", QUESTIONS)
    wrong: list[str] = []

    def run(answer: str) -> None:
        bindings = bind(QUESTIONS, {"housing": answer})
        wrong.extend(answer for _ in range(2000) if condition.holds(bindings) is not (answer == "own"))

    threads = [Thread(target=run, args=(answer,)) for answer in ("own", "rent", "own", "")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_compared_values() -> None:
    source = """answers.housing == "own" || 'rent' != answers.housing && answers.child in ['first', "second"]"""
    assert sorted(compared_values(source)) == [
        ("child", "first"),
        ("child", "second"),
        ("housing", "own"),
        ("housing", "rent"),
    ]
