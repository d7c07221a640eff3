"""What the linter refuses of a theme's rules for whom it fits."""

from __future__ import annotations

from catalog_lint_examples import examples, theme
from catalog_samples import Raw

from lianban.catalog.lint import (
    eligibility,
)

EXAMPLES, example = examples()


def rule(raw: Raw, when: str) -> None:
    """Replaces the sample's first eligibility rule."""
    theme(raw)["eligibility"][0]["when"] = when


@example(eligibility.rules_compile, "服务对象条件在第 15 个字符处有语法错误")
def _(raw: Raw) -> None:
    rule(raw, "facts.trade ==")


@example(eligibility.rules_compile, "没有情况 trad")
def _(raw: Raw) -> None:
    rule(raw, 'facts.trad == "shop"')


@example(eligibility.rules_compile, "age 不是法人和其他组织的情况")
def _(raw: Raw) -> None:
    age = {"code": "age", "name": "年龄", "audience": "person", "type": "integer", "minimum": 0, "maximum": 150}
    raw["facts"].append(age)
    rule(raw, "facts.age > 60")


@example(eligibility.rules_compile, "服务对象条件的结果是 int，不是 bool")
def _(raw: Raw) -> None:
    rule(raw, "facts.staff")


@example(eligibility.rules_compile, "服务对象条件拿不同类型的值比较")
def _(raw: Raw) -> None:
    rule(raw, 'facts.staff == "shop"')


@example(eligibility.compared_choices, "情况 trade 没有选项 shops")
def _(raw: Raw) -> None:
    rule(raw, "facts.trade in ['shops', 'shop']")


@example(eligibility.rules_tell_apart, "服务对象条件对任何情况都成立")
def _(raw: Raw) -> None:
    rule(raw, 'facts.trade == "shop" || facts.staff < 901')


@example(eligibility.rules_tell_apart, "服务对象条件对任何情况都不成立")
def _(raw: Raw) -> None:
    rule(raw, "facts.staff > 900")


@example(eligibility.rules_tell_apart, "服务对象条件在运行时出错")
def _(raw: Raw) -> None:
    rule(raw, "100 / (facts.staff - 37) > 2")


@example(eligibility.rules_tell_apart, "服务对象条件涉及的情况组合超过 20000 种")
def _(raw: Raw) -> None:
    codes = [f"fact_{number}" for number in range(15)]
    raw["facts"] += [{"code": code, "name": code, "audience": "company", "type": "boolean"} for code in codes]
    rule(raw, " || ".join(f"facts.{code}" for code in codes))


@example(eligibility.somebody_fits, "没有人能同时符合各条服务对象条件")
def _(raw: Raw) -> None:
    rule(raw, "facts.staff > 50 && !facts.chain")


@example(eligibility.without_rules, "没有服务对象条件")
def _(raw: Raw) -> None:
    del theme(raw)["eligibility"]


@example(eligibility.unused_facts, "情况 idle 没有被任何主题的服务对象条件使用")
def _(raw: Raw) -> None:
    raw["facts"].append({"code": "idle", "name": "闲置", "audience": "company", "type": "boolean"})
