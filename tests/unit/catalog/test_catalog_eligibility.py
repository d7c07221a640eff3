"""Which themes are for whom: rules in three values over the facts that are stated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from catalog_samples import entry, made, shop
from hypothesis import given
from hypothesis import strategies as st

from fixtures.catalogues import city_catalog
from lianban.catalog.eligibility import Match, Matcher, Standing, compile_rule
from lianban.catalog.facts import FactProblem, InvalidFacts, checked_facts, read_value
from lianban.catalog.models import Catalog, EligibilityRule
from lianban.catalog.profiles import fitting_profile
from lianban.catalog.terms import Audience

FOLDER = Path(__file__).parents[3] / "catalog"
COMPANY = Audience.COMPANY


def judged(facts: dict[str, Any], catalog: Catalog | None = None) -> Match:
    """How the sample's one theme stands to the facts."""
    (match,) = Matcher(catalog or made(shop())).judged(COMPANY, facts)
    return match


def test_fits_when_every_rule_holds_and_says_why() -> None:
    match = judged({"trade": "shop", "staff": 3})
    assert (match.standing, match.why, match.missing) == (Standing.FITS, ("从事零售", "小店或者连锁店"), ())


def test_one_side_of_an_or_is_enough() -> None:
    assert judged({"trade": "shop", "chain": True}).standing is Standing.FITS
    assert judged({"trade": "shop", "staff": 51}).standing is Standing.PERHAPS


def test_perhaps_names_what_is_missing() -> None:
    match = judged({"staff": 51})
    assert match.standing is Standing.PERHAPS
    assert [fact.code for fact in match.missing] == ["trade", "chain"]
    assert (match.why, match.open) == ((), ("从事零售", "小店或者连锁店"))


def test_a_rule_that_fails_decides_whatever_is_missing() -> None:
    assert judged({"trade": "other"}) == Match(made(shop()).themes["B4"], Standing.NOT)
    assert judged({"staff": 51, "chain": False}).standing is Standing.NOT


def test_a_theme_without_rules_perhaps_fits_its_audience() -> None:
    raw = shop()
    entry(raw, "themes", "B4")["eligibility"] = []
    match = judged({}, made(raw))
    assert (match.standing, match.missing) == (Standing.PERHAPS, ())
    assert list(Matcher(made(raw)).judged(Audience.PERSON, {})) == []


def test_perhaps_begins_with_what_lacks_least() -> None:
    raw = shop()
    other = {**entry(raw, "themes", "B4"), "code": "B10", "eligibility": [{"when": "facts.chain", "why": "连锁"}]}
    raw["themes"] = [other, *raw["themes"], {**other, "code": "B2"}]
    matches = Matcher(made(raw)).match(COMPANY, {"trade": "shop"})
    assert [match.theme.code for match in matches.perhaps] == ["B2", "B10", "B4"]
    assert matches.fits == ()
    assert [match.theme.code for match in Matcher(made(raw)).match(COMPANY, {"chain": True}).fits] == ["B2", "B10"]


def test_every_fault_of_the_facts_at_once() -> None:
    raw = shop()
    raw["facts"].append({"code": "age", "name": "年龄", "audience": "person", "type": "integer"})
    facts = {"trad": 1, "age": 3, "trade": "bank", "staff": 901, "chain": "yes", "a/b~": None}
    with pytest.raises(InvalidFacts) as caught:
        checked_facts(made(raw), COMPANY, facts)
    assert [(fault.pointer, fault.code) for fault in caught.value.faults] == [
        ("/trad", FactProblem.UNKNOWN_FACT),
        ("/age", FactProblem.OTHER_AUDIENCE),
        ("/trade", FactProblem.UNKNOWN_OPTION),
        ("/staff", FactProblem.OUT_OF_RANGE),
        ("/chain", FactProblem.WRONG_TYPE),
        ("/a~1b~0", FactProblem.UNKNOWN_FACT),
    ]
    assert "是否应为 trade" in caught.value.faults[0].message_zh


@pytest.mark.parametrize(
    ("code", "value"),
    [("staff", True), ("staff", 3.0), ("staff", "3"), ("chain", 1), ("trade", True), ("trade", None), ("chain", [])],
)
def test_types_are_strict(code: str, value: object) -> None:
    with pytest.raises(InvalidFacts) as caught:
        checked_facts(made(shop()), COMPANY, {code: value})
    assert [fault.code for fault in caught.value.faults] == [FactProblem.WRONG_TYPE]


def test_typed_values_are_read_by_the_type_of_the_fact() -> None:
    facts = made(shop()).facts
    assert [read_value(facts["chain"], text) for text in ("true", "否", "yes")] == [True, False, "yes"]
    assert [read_value(facts["staff"], text) for text in ("12", "-1", "many")] == [12, -1, "many"]
    assert read_value(facts["trade"], "true") == "true"


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "trade": st.sampled_from(["shop", "other"]),
    "staff": st.integers(0, 900),
    "chain": st.booleans(),
}
ATOMS = st.sampled_from(
    ["facts.chain", "!facts.chain", 'facts.trade == "shop"', 'facts.trade != "other"', "facts.staff > 50"]
)
RULES = st.recursive(
    ATOMS,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda parts: f"({' '.join(parts)})")
        | inner.map(lambda source: f"!({source})")
        | st.tuples(ATOMS, inner, inner).map(lambda parts: "({} ? {} : {})".format(*parts))
    ),
    max_leaves=6,
)


@given(
    rules=st.lists(RULES, min_size=1, max_size=3),
    facts=st.fixed_dictionaries({}, optional=VALUES),
    more=st.fixed_dictionaries(VALUES),
)
def test_to_state_more_never_takes_back_an_answer(
    rules: list[str], facts: dict[str, Any], more: dict[str, Any]
) -> None:
    """Perhaps may become fits or not; fits stays fits, not stays not; nothing new goes missing; with every fact
    stated nothing is left open."""
    raw = shop()
    entry(raw, "themes", "B4")["eligibility"] = [{"when": when, "why": when} for when in rules]
    catalog = made(raw)
    before = judged(facts, catalog)
    for stated in range(len(more) + 1):
        after = judged({**dict(list(more.items())[:stated]), **facts}, catalog)
        if before.standing is not Standing.PERHAPS:
            assert after.standing is before.standing
        if after.standing is Standing.PERHAPS:
            assert set(after.missing) <= set(before.missing)
            assert set(after.why) >= set(before.why)
    assert after.standing is not Standing.PERHAPS


@given(facts=st.fixed_dictionaries({}, optional=VALUES))
def test_only_facts_that_are_stated_are_used(facts: dict[str, Any]) -> None:
    match = judged(facts)
    assert {fact.code for fact in match.missing} & set(facts) == set()
    assert (match.standing is Standing.PERHAPS) == bool(match.missing)


def test_a_search_finds_nobody_where_rules_contradict_each_other() -> None:
    catalog = made(shop())
    rules = [
        compile_rule(catalog, COMPANY, EligibilityRule(when=when, why=when))
        for when in ("facts.staff > 50", "facts.chain", "facts.staff < 51 || !facts.chain")
    ]
    assert fitting_profile(rules, catalog.facts) is None
    assert fitting_profile(rules[1:], catalog.facts) == {"chain": True, "staff": 0}


@pytest.fixture(scope="module")
def city() -> Catalog:
    return city_catalog()


@pytest.mark.parametrize("code", sorted(path.stem for path in (FOLDER / "themes").glob("*.yaml")))
def test_somebody_finds_every_theme_of_the_city(city: Catalog, code: str) -> None:
    theme = city.themes[code]
    rules = [compile_rule(city, theme.audience, rule) for rule in theme.eligibility]
    profile = fitting_profile(rules, city.facts)
    assert profile
    assert code in {match.theme.code for match in Matcher(city).match(theme.audience, profile).fits}


def test_the_city_without_facts(city: Catalog) -> None:
    for audience in Audience:
        matches = Matcher(city).match(audience, {})
        assert matches.fits == ()
        assert {match.theme.code for match in matches.perhaps} == {
            theme.code for theme in city.themes.values() if theme.audience is audience
        }
