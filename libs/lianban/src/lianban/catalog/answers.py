"""情形引导: which questions are asked, and whether answers to them will do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from lianban.catalog.conditions import bind, compile_condition
from lianban.catalog.models import Question, Theme

MAX_SITUATIONS: Final = 4096
"""As many ways for a questionnaire to end as are gone through."""


class AnswerProblem(StrEnum):
    UNKNOWN_QUESTION = "unknown-question"
    UNKNOWN_OPTION = "unknown-option"
    MISSING_ANSWER = "missing-answer"


@dataclass(frozen=True, slots=True)
class AnswerFault:
    """One thing wrong with the answers. ``pointer`` is a JSON pointer into them; the message repeats no input."""

    question: str
    code: AnswerProblem
    message_zh: str

    @property
    def pointer(self) -> str:
        return "/" + self.question.replace("~", "~0").replace("/", "~1")


class InvalidAnswers(ValueError):
    """Answers nothing can be compiled from. Carries every fault."""

    def __init__(self, faults: tuple[AnswerFault, ...]) -> None:
        super().__init__("; ".join(fault.code for fault in faults))
        self.faults = faults


def question_codes(theme: Theme) -> tuple[str, ...]:
    return tuple(question.code for question in theme.questions)


def variables(theme: Theme) -> tuple[str, ...]:
    """What the theme's conditions may speak of: its questions, and what it settles by being what it is."""
    return (*theme.given, *question_codes(theme))


def bindings(theme: Theme, settled: Mapping[str, str]) -> dict[str, str]:
    """Values of :func:`variables` for normalised answers."""
    return bind(variables(theme), {**settled, **theme.given})


def is_asked(theme: Theme, question: Question, answers: Mapping[str, str]) -> bool:
    """Whether ``question`` is asked given the answers to the questions before it."""
    if question.when is None:
        return True
    codes = question_codes(theme)
    earlier = (*theme.given, *codes[: codes.index(question.code)])
    return compile_condition(question.when, earlier).holds(bind(earlier, {**answers, **theme.given}))


def questions_to_ask(theme: Theme, answers: Mapping[str, str]) -> tuple[Question, ...]:
    """The questions of the theme that these (perhaps incomplete) answers call for, answered or not, in order."""
    settled = normalised(theme, answers)
    return tuple(question for question in theme.questions if is_asked(theme, question, settled))


def normalised(theme: Theme, answers: Mapping[str, str]) -> dict[str, str]:
    """Every question of the theme with its answer: empty when not asked, not answered, or answered with no option."""
    settled: dict[str, str] = {}
    for question in theme.questions:
        given = answers.get(question.code, "")
        known = any(option.value == given for option in question.options)
        settled[question.code] = given if known and is_asked(theme, question, settled) else ""
    return settled


def validate_answers(theme: Theme, answers: Mapping[str, str]) -> tuple[AnswerFault, ...]:
    """Every fault of the answers. An answer to a question that is not asked is no fault: it is left aside, since
    a person who changes an earlier answer leaves such answers behind."""
    codes = question_codes(theme)
    faults = [
        AnswerFault(code, AnswerProblem.UNKNOWN_QUESTION, "本主题没有这个问题，请删去该回答")
        for code in answers
        if code not in codes
    ]
    asked = {question.code for question in questions_to_ask(theme, answers)}
    for question in theme.questions:
        given = answers.get(question.code, "")
        options = "；".join(f"{option.value}＝{option.label}" for option in question.options)
        if given == "":
            if question.code in asked:
                message = f"请回答“{question.text}”（可选：{options}）"
                faults.append(AnswerFault(question.code, AnswerProblem.MISSING_ANSWER, message))
        elif all(option.value != given for option in question.options):
            message = f"“{question.text}”的回答不在可选范围内（可选：{options}）"
            faults.append(AnswerFault(question.code, AnswerProblem.UNKNOWN_OPTION, message))
    return tuple(faults)


def first_answers(theme: Theme, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """``given``, and every question that is then asked besides, answered with its first option."""
    settled = dict(given or {})
    for question in theme.questions:
        if question.code not in settled and is_asked(theme, question, normalised(theme, settled)):
            settled[question.code] = question.options[0].value
    return settled


def combinations(theme: Theme) -> Iterator[dict[str, str]]:
    """Every normalised set of answers the theme's questionnaire can end with, depth first, lazily."""

    def branch(index: int, settled: dict[str, str]) -> Iterator[dict[str, str]]:
        if index == len(theme.questions):
            yield settled
            return
        question = theme.questions[index]
        values = [option.value for option in question.options] if is_asked(theme, question, settled) else [""]
        for value in values:
            yield from branch(index + 1, {**settled, question.code: value})

    return branch(0, {})


def endings(theme: Theme) -> tuple[list[dict[str, str]], bool]:
    """The :func:`combinations`, and whether these are all of them: at most the first ``MAX_SITUATIONS``."""
    found = list(islice(combinations(theme), MAX_SITUATIONS + 1))
    return found[:MAX_SITUATIONS], len(found) <= MAX_SITUATIONS
