"""Answers in a page's address: ``?q_<question>=<value>``, as a plain form sends them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from lianban.catalog.answers import AnswerProblem, validate_answers
from lianban.catalog.models import Theme

PREFIX: Final = "q_"
_MESSAGES: Final = {
    AnswerProblem.MISSING_ANSWER: "请选择一项",
    AnswerProblem.UNKNOWN_OPTION: "没有这个选项，可能已经调整，请重新选择",
}


@dataclass(frozen=True)
class Chosen:
    """What an address says of a theme's questions, and nothing of what it says besides: there are only so many of
    these, however many addresses are made up.

    ``answers``: those that are options, by question. ``faults``: question → what is wrong, for the reader.
    """

    answers: tuple[tuple[str, str], ...]
    faults: tuple[tuple[str, str], ...]
    unknown: bool
    """Whether it answers questions the theme does not have."""

    @property
    def lasting(self) -> bool:
        """Worth keeping what is shown of it: one of the theme's situations, or everything."""
        return not self.faults and not self.unknown

    @property
    def complete(self) -> bool:
        return bool(self.answers) and not self.faults


def given(query: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Question → answer as sent, the last of several."""
    return {name.removeprefix(PREFIX): value for name, value in query if name.startswith(PREFIX)}


def chosen(theme: Theme, answers: Mapping[str, str]) -> Chosen:
    known = {question.code: {option.value for option in question.options} for question in theme.questions}
    asked = {code: value for code, value in answers.items() if code in known}
    return Chosen(
        answers=tuple((code, asked[code]) for code in known if asked.get(code) in known[code]),
        faults=tuple((fault.question, _MESSAGES[fault.code]) for fault in validate_answers(theme, asked))
        if any(asked.values())
        else (),
        unknown=len(asked) < len(answers),
    )
