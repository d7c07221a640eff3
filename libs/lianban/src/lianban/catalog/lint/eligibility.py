"""服务对象条件: rules that can be understood, that some people fulfil and others do not, over facts that are there."""

from __future__ import annotations

from collections.abc import Iterator

from lianban.catalog.conditions import (
    ConditionError,
    ConditionProblem,
    compared_values,
    named_variables,
)
from lianban.catalog.eligibility import Rule, compile_rule
from lianban.catalog.facts import facts_of
from lianban.catalog.faults import FieldPath, Finding, nearest
from lianban.catalog.lint.conditions import PLAIN
from lianban.catalog.models import Catalog, Theme
from lianban.catalog.profiles import MAX_CASES, cases, fitting_profile
from lianban.catalog.terms import FactType
from lianban.catalog.wording import AUDIENCE_ZH


def rules_compile(catalog: Catalog, theme: Theme) -> Iterator[Finding]:
    """A rule parses, is a bool, and speaks only of facts of the theme's audience."""
    for index, rule in enumerate(theme.eligibility):
        try:
            compile_rule(catalog, theme.audience, rule)
        except ConditionError as error:
            yield Finding("themes", theme.code, _field(index), *_explained(error, catalog, theme))


def _explained(error: ConditionError, catalog: Catalog, theme: Theme) -> tuple[str, str]:
    match error.problem:
        case ConditionProblem.SYNTAX:
            return (
                f"服务对象条件在第 {error.detail} 个字符处有语法错误",
                '写成 facts.情况 == "选项"、facts.年龄 >= 60 的形式，用 &&、||、! 组合',
            )
        case ConditionProblem.UNKNOWN_VARIABLE:
            named = error.detail.removeprefix("facts.")
            if named in catalog.facts:
                message = f"{named} 不是{AUDIENCE_ZH[theme.audience]}的情况"
                return message, f"主题的 audience 是 {theme.audience}，改用它的情况"
            known = [fact.code for fact in facts_of(catalog, theme.audience)]
            return f"没有情况 {named}", f"{nearest(named, known)}（facts.yaml）"
        case ConditionProblem.WRONG_TYPE if error.detail != "overload":
            return f"服务对象条件的结果是 {error.detail}，不是 bool", "写成比较式"
        case _:
            return "服务对象条件拿不同类型的值比较或运算", "选项加引号，整数不加引号，是否直接写 facts.情况"


def compared_choices(catalog: Catalog, theme: Theme) -> Iterator[Finding]:
    """A rule compares a choice with an option it has."""
    for index, rule in enumerate(theme.eligibility):
        for code, value in compared_values(rule.when, "facts"):
            fact = catalog.facts.get(code)
            if fact is None or fact.type is not FactType.CHOICE:
                continue
            options = [option.value for option in fact.options]
            if value not in options:
                message = f"情况 {code} 没有选项 {value}"
                yield Finding("themes", theme.code, _field(index), message, nearest(value, options))


def rules_tell_apart(catalog: Catalog, theme: Theme) -> Iterator[Finding]:
    """A rule never fails to evaluate, holds for some values of its facts and not for others."""
    for index, rule in _compiled(catalog, theme):
        combinations = cases(rule, catalog.facts)
        if combinations is None:
            message = f"服务对象条件涉及的情况组合超过 {MAX_CASES} 种"
            yield Finding("themes", theme.code, _field(index), message, "拆成几条")
            continue
        try:
            results = {rule.decided(facts) for facts in combinations}
        except ConditionError:
            yield Finding("themes", theme.code, _field(index), "服务对象条件在运行时出错", PLAIN)
            continue
        if len(results) == 1:
            message = f"服务对象条件对任何情况都{'成立' if results == {True} else '不成立'}"
            yield Finding("themes", theme.code, _field(index), message, "改正它，或删去它")


def somebody_fits(catalog: Catalog, theme: Theme) -> Iterator[Finding]:
    """Some profile fulfils all rules together. (Told when each rule by itself is sound.)"""
    rules = [rule for _, rule in _compiled(catalog, theme)]
    sound = len(rules) == len(theme.eligibility) and not list(rules_tell_apart(catalog, theme))
    if sound and fitting_profile(rules, catalog.facts) is None:
        message = "没有人能同时符合各条服务对象条件"
        yield Finding("themes", theme.code, ("eligibility",), message, "改正互相矛盾的条件")


def without_rules(catalog: Catalog) -> Iterator[Finding]:
    """A theme that nobody can be told to be meant for."""
    for theme in catalog.themes.values():
        if not theme.eligibility:
            message = "没有服务对象条件，无法推送给适合的人"
            yield Finding("themes", theme.code, ("eligibility",), message, "写明 eligibility（when、why）")


def unused_facts(catalog: Catalog) -> Iterator[Finding]:
    """A fact that is asked for nothing: people are not to state what does not matter."""
    named = {
        name
        for theme in catalog.themes.values()
        for rule in theme.eligibility
        for name in named_variables(rule.when, "facts")
    }
    for code in catalog.facts:
        if code not in named:
            message = f"情况 {code} 没有被任何主题的服务对象条件使用"
            yield Finding("facts", code, ("code",), message, "删去，或在主题的 eligibility 中使用它")


def _compiled(catalog: Catalog, theme: Theme) -> Iterator[tuple[int, Rule]]:
    """The rules that compile; the others are told by :func:`rules_compile`."""
    for index, rule in enumerate(theme.eligibility):
        try:
            yield index, compile_rule(catalog, theme.audience, rule)
        except ConditionError:
            continue


def _field(index: int) -> FieldPath:
    return ("eligibility", index, "when")
