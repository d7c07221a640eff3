"""Every rule of the linter has an example that it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import catalog_lint_eligibility
import catalog_lint_parts
import catalog_lint_themes
import pytest
from catalog_lint_examples import Change, step, theme, yes_no
from catalog_samples import entry, made, shop

from lianban.catalog.answers import MAX_SITUATIONS
from lianban.catalog.lint import (
    CATALOG_RULES,
    ORDER_RULES,
    SITUATION_RULES,
    THEME_RULES,
    TIDY_RULES,
    lint,
    references,
)

EXAMPLES = [*catalog_lint_parts.EXAMPLES, *catalog_lint_themes.EXAMPLES, *catalog_lint_eligibility.EXAMPLES]


def test_the_sample_is_clean() -> None:
    assert lint(made(shop())) == []


@pytest.mark.parametrize(
    ("rule", "change", "told"),
    EXAMPLES,
    ids=[f"{rule.__name__}-{number}" for number, (rule, *_) in enumerate(EXAMPLES)],
)
def test_rule_refuses(rule: Callable[..., Any], change: Change, told: str) -> None:
    raw = shop()
    change(raw)
    found = lint(made(raw))
    assert [finding.message for finding in found if told in finding.message], found
    assert all(finding.cure for finding in found)


def test_every_rule_has_an_example() -> None:
    rules = {*CATALOG_RULES, *ORDER_RULES, *THEME_RULES, *SITUATION_RULES, *TIDY_RULES, references.unknown_codes}
    assert {rule for rule, _, _ in EXAMPLES} == rules


def test_all_findings_at_once() -> None:
    raw = shop()
    theme(raw)["lead"] = "nobody"
    theme(raw)["steps"][0]["after"] = ["nowhere"]
    entry(raw, "matters", "register")["basis"] = []
    assert len(lint(made(raw))) == 3


def test_references_to_entries_that_could_not_be_read_are_no_finding() -> None:
    raw = shop()
    raw["materials"] = [item for item in raw["materials"] if item["code"] != "lease"]
    assert lint(made(raw), {"materials": {"lease"}}) == []


def test_unused_definitions_pass_when_not_tidying() -> None:
    raw = shop()
    raw["departments"].append({"code": "idle", "name": "闲置", "short_name": "闲"})
    assert lint(made(raw), tidy=False) == []
    assert [finding.code for finding in lint(made(raw))] == ["idle"]
    del theme(raw)["eligibility"]
    assert lint(made(raw), tidy=False) == []


def test_a_condition_that_fails_for_some_answers_only_is_told() -> None:
    raw = shop()
    step(raw, "sign")["when"] = "answers.sign != '' && int(answers.sign) > 0 || answers.sign == ''"
    assert "条件在运行时出错" in lint(made(raw))[0].message


def test_too_many_situations_fall_back_to_all_steps() -> None:
    raw = shop()
    extra = [yes_no(f"extra{number}") for number in range(MAX_SITUATIONS.bit_length())]
    theme(raw)["questions"] += extra
    theme(raw)["limit"]["promised"] = 11
    found = lint(made(raw))
    assert [finding.field for finding in found] == [("limit", "promised")]
    assert "按全部环节计" in found[0].message
