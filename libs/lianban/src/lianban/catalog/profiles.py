"""Profiles: values of facts that make rules hold, found by search. By them the linter knows that somebody fits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Final

from lianban.catalog.conditions import Scalar
from lianban.catalog.eligibility import Rule
from lianban.catalog.models import Fact
from lianban.catalog.terms import FactType

MAX_CASES: Final = 20_000
"""Combinations of values of one rule's facts that are looked at."""
_FEW: Final = 200
"""Integers of a range all of which are looked at; of a longer one only the bounds and what rules compare with."""
_NUMBER: Final = re.compile(r"-?\d+")


def values(fact: Fact, sources: Sequence[str]) -> tuple[Scalar, ...]:
    """What the fact can be, as far as rules of these sources can tell the difference."""
    match fact.type:
        case FactType.BOOLEAN:
            return (True, False)
        case FactType.CHOICE:
            return tuple(option.value for option in fact.options)
        case FactType.INTEGER:
            low, high = fact.minimum or 0, fact.maximum or 0
            if high - low < _FEW:
                return tuple(range(low, high + 1))
            named = {int(number) for source in sources for number in _NUMBER.findall(source)}
            near = {number + step for number in named for step in (-1, 0, 1)}
            return tuple(sorted({low, high} | {number for number in near if low <= number <= high}))


def cases(rule: Rule, facts: Mapping[str, Fact]) -> Iterator[dict[str, Scalar]] | None:
    """Every combination of values of the rule's facts; None when there are more than ``MAX_CASES``."""
    choices = [values(facts[code], [rule.condition.source]) for code in rule.facts]
    if prod(len(choice) for choice in choices) > MAX_CASES:
        return None
    return (dict(zip(rule.facts, combination, strict=True)) for combination in product(*choices))


def fitting_profile(rules: Sequence[Rule], facts: Mapping[str, Fact]) -> dict[str, Scalar] | None:
    """Values under which all rules hold; None when nobody can fulfil them together.
    Depth first, in the order in which facts are named; a branch in which some rule fails already is left at once."""
    codes = tuple(dict.fromkeys(code for rule in rules for code in rule.facts))
    sources = [rule.condition.source for rule in rules]

    def search(profile: dict[str, Scalar]) -> dict[str, Scalar] | None:
        results = [rule.decided(profile) for rule in rules]
        if all(results):
            return profile
        if any(result is False for result in results) or len(profile) == len(codes):
            return None
        code = codes[len(profile)]
        found = (search({**profile, code: value}) for value in values(facts[code], sources))
        return next((profile for profile in found if profile is not None), None)

    return search({})
