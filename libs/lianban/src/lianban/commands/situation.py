"""A theme compiled for the answers typed on the command line: what ``-a`` takes, and how its mistakes are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import click

from lianban.catalog.answers import AnswerFault, InvalidAnswers, first_answers
from lianban.catalog.compiler import Compilation, ForeignDivision, compile_theme
from lianban.catalog.models import Catalog, Theme


class NoSituation(ValueError):
    """Nothing can be compiled. ``faults`` holds all that is wrong, in Chinese."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Situation:
    """``taken``: the answers nobody gave and the first option was taken for, as lines to show."""

    compilation: Compilation
    answers: dict[str, str]
    taken: list[str]


def _answers(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    answers: dict[str, str] = {}
    for value in values:
        question, sign, answer = value.partition("=")
        if not sign:
            raise click.BadParameter("写成 问题=选项 的形式")
        answers[question] = answer
    return answers


answers_option: Final = click.option(
    "--answers",
    "-a",
    multiple=True,
    callback=_answers,
    metavar="问题=选项",
    help="情形引导的回答，可多次给出；没有回答的题取第一个选项",
)
division_option: Final = click.option("--division", help="申请人所在区划，缺省为主题的区划")


def situation(catalog: Catalog, code: str, given: dict[str, str], division: str | None) -> Situation:
    """The theme for ``given``, with first options for what was not answered. Raises NoSituation."""
    theme = catalog.themes.get(code.upper())
    if theme is None:
        raise NoSituation([f"没有主题 {code}"])
    answers = first_answers(theme, given)
    place = division or theme.division
    try:
        compilation = compile_theme(catalog, theme.code, answers, place)
    except InvalidAnswers as error:
        raise NoSituation(["回答有误：", *(_told(theme, fault) for fault in error.faults)]) from None
    except ForeignDivision:
        raise NoSituation([f"区划 {place} 不在该主题的适用范围内"]) from None
    return Situation(compilation, answers, _taken(theme, answers.keys() - given.keys(), answers))


def _taken(theme: Theme, codes: set[str], answers: dict[str, str]) -> list[str]:
    lines = [
        f"  -a {question.code}={option.value}　{question.text}{option.label}"
        for question in theme.questions
        for option in question.options
        if question.code in codes and answers[question.code] == option.value
    ]
    return ["没有回答的题取第一个选项：", *lines, ""] if lines else []


def _told(theme: Theme, fault: AnswerFault) -> str:
    """The fault, with what to type instead."""
    line = f"  {fault.question}: {fault.message_zh}"
    examples = [question.options[-1].value for question in theme.questions if question.code == fault.question]
    return f"{line}，写作 -a {fault.question}={examples[0]}" if examples else line
