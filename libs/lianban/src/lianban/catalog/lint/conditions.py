"""Questions and conditions: each can be understood, each changes something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from lianban.catalog.answers import question_codes, variables
from lianban.catalog.conditions import (
    ConditionError,
    ConditionProblem,
    compared_values,
    compile_condition,
    named_variables,
)
from lianban.catalog.faults import FieldPath, Finding, nearest
from lianban.catalog.lint.situations import Situations
from lianban.catalog.models import Catalog, Theme

PLAIN: Final = "只用 ==、!=、in、&&、||、!"
"""Cure of a condition that does too much."""

Place = tuple[str, str, FieldPath, str, tuple[str, ...]]
"""(section, code, field) of a condition, its source, and the questions it may speak of."""


def places(catalog: Catalog, theme: Theme) -> Iterator[Place]:
    """Every condition in force in the theme. A question's own may only speak of the questions before it."""
    codes, given = variables(theme), len(theme.given)
    for index, question in enumerate(theme.questions):
        if question.when:
            yield "themes", theme.code, ("questions", index, "when"), question.when, codes[: given + index]
    for index, use in enumerate(theme.elements):
        if use.when:
            yield "themes", theme.code, ("elements", index, "when"), use.when, codes
    for index, step in enumerate(theme.steps):
        if step.when:
            yield "themes", theme.code, ("steps", index, "when"), step.when, codes
    for code in dict.fromkeys(step.matter for step in theme.steps):
        matter = catalog.matters[code]
        for index, use in enumerate(matter.elements):
            if use.when:
                yield "matters", code, ("elements", index, "when"), use.when, codes
        for index, paper in enumerate(matter.materials):
            if paper.when:
                yield "matters", code, ("materials", index, "when"), paper.when, codes


def conditions_compile(catalog: Catalog, theme: Theme) -> Iterator[Finding]:
    """A condition parses, is a bool, and speaks of the theme's questions only."""
    for section, code, field, source, questions in places(catalog, theme):
        try:
            compile_condition(source, questions).holds({f"answers.{question}": "" for question in questions})
        except ConditionError as error:
            message, cure = _explained(error, theme, questions)
            yield Finding(section, code, field, message, cure)


def _explained(error: ConditionError, theme: Theme, questions: tuple[str, ...]) -> tuple[str, str]:
    match error.problem:
        case ConditionProblem.SYNTAX:
            return (
                f"条件在第 {error.detail} 个字符处有语法错误",
                '写成 answers.问题 == "选项" 的形式，用 &&、||、! 组合',
            )
        case ConditionProblem.UNKNOWN_VARIABLE:
            named = error.detail.removeprefix("answers.")
            if named in question_codes(theme):
                return f"条件用到了排在后面的问题 {named}", "只能用排在前面的问题，调整问题顺序"
            return f"主题 {theme.code} 没有问题 {named}", f"{nearest(named, questions)}，或在主题的 given 中写明它"
        case ConditionProblem.WRONG_TYPE if error.detail != "overload":
            return f"条件的结果是 {error.detail}，不是 bool", "写成比较式"
        case ConditionProblem.WRONG_TYPE:
            return "条件拿文字与别的类型比较或运算", "选项是文字，请加引号"
        case _:
            return "条件在运行时出错", PLAIN


def compared_options(catalog: Catalog, theme: Theme) -> Iterator[Finding]:
    """A condition compares an answer with a value that can occur: in the theme, or, for a matter that serves several
    themes, in any of those that use it."""
    own = _offered([theme])
    for section, code, field, source, _ in places(catalog, theme):
        users = [item for item in catalog.themes.values() if any(step.matter == code for step in item.steps)]
        options = own if section == "themes" else _offered(users)
        for question, value in compared_values(source):
            if question in own and value and value not in options[question]:
                message = f"主题 {theme.code} 的问题 {question} 没有选项 {value}"
                yield Finding(section, code, field, message, nearest(value, options[question]))


def _offered(themes: Iterable[Theme]) -> dict[str, list[str]]:
    """Variable → values it can have in any of the themes."""
    found: dict[str, list[str]] = {}
    for theme in themes:
        for question in theme.questions:
            found.setdefault(question.code, []).extend(option.value for option in question.options)
        for code, value in theme.given.items():
            found.setdefault(code, []).append(value)
    return found


def given_answers(catalog: Catalog, theme: Theme) -> Iterator[Finding]:
    """What a theme settles itself is not asked as well, and is what some condition speaks of."""
    spoken = {name for *_, source, _ in places(catalog, theme) for name in named_variables(source)}
    asked = question_codes(theme)
    for code in theme.given:
        field = ("given", code)
        if code in asked:
            yield Finding("themes", theme.code, field, f"{code} 既在 given 中写明，又作为问题提出", "留其一")
        if code not in spoken:
            yield Finding("themes", theme.code, field, f"没有条件用到 given 中的 {code}", "删去它")


def nothing_to_do(situations: Situations) -> Iterator[Finding]:
    """Every set of answers leads to at least one step."""
    for situation in situations.distinct:
        if not situation.steps:
            message = f"回答（{situation.shown()}）时没有任何环节"
            yield Finding("themes", situations.theme.code, ("steps",), message, "调整条件，或增加环节")


def idle_steps(situations: Situations) -> Iterator[Finding]:
    """A step that no set of answers calls for."""
    called = {code for situation in situations.plans for code in situation.steps}
    for index, step in enumerate(situations.index.steps):
        if situations.exhaustive and step.code not in called:
            field = ("steps", index, "when")
            message = f"环节 {step.code} 在任何回答下都不会出现"
            yield Finding("themes", situations.theme.code, field, message, "改正条件，或删去该环节")


def unasked_questions(situations: Situations) -> Iterator[Finding]:
    """A question that no answers to those before it lead to."""
    asked = {code for situation in situations.all for code, answer in situation.answers.items() if answer}
    for index, question in enumerate(situations.theme.questions):
        if situations.exhaustive and question.code not in asked:
            field = ("questions", index, "when")
            message = f"问题 {question.code} 在任何回答下都不会提出"
            yield Finding("themes", situations.theme.code, field, message, "改正条件，或删去该问题")


def idle_questions(situations: Situations) -> Iterator[Finding]:
    """A question whose answer changes nothing."""
    for index, options in situations.alike:
        question = situations.theme.questions[index]
        if len(options) == len(question.options):
            field = ("questions", index, "code")
            message = f"问题 {question.code} 的回答不影响任何环节、表单项或材料"
            yield Finding("themes", situations.theme.code, field, message, "删去该问题，或在条件中使用它")


def idle_options(situations: Situations) -> Iterator[Finding]:
    """Options of one question between which nothing differs."""
    for index, options in situations.alike:
        question = situations.theme.questions[index]
        if len(options) < len(question.options):
            field = ("questions", index, "options")
            message = f"问题 {question.code} 的选项 {'、'.join(options)} 效果相同"
            yield Finding("themes", situations.theme.code, field, message, "合并这些选项，或在条件中加以区分")
