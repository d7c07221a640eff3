"""精准识别服务对象: which themes are for a person or a company, by the facts it states of itself (R13).

A rule holds, fails, or cannot be told because facts it names are not stated. A theme fits when all its rules hold; it
perhaps fits when none fails but some cannot be told; otherwise it does not. A theme without rules is for nobody in
particular: nothing shows that it fits, nor that it does not, so it perhaps fits everybody of its audience.

To state more never takes back an answer: what fits still fits, what does not fit still does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lianban.catalog.conditions import Condition, Scalar, compile_expression, named_variables
from lianban.catalog.facts import bind_facts, checked_facts, fact_variables
from lianban.catalog.models import Catalog, EligibilityRule, Fact, Theme
from lianban.catalog.terms import Audience


class Standing(StrEnum):
    FITS = "fits"
    PERHAPS = "perhaps"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a theme, compiled. ``facts``: what it names, in order."""

    why: str
    condition: Condition
    facts: tuple[str, ...]

    def decided(self, facts: Mapping[str, Scalar]) -> bool | None:
        """None: cannot be told from these facts."""
        return self.condition.decided(bind_facts(facts))


@dataclass(frozen=True, slots=True)
class Match:
    """How a theme stands to the facts. ``why``: texts of the rules that hold; ``open``: of those that cannot be told;
    ``missing``: the facts that the open rules name and nobody stated."""

    theme: Theme
    standing: Standing
    why: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    missing: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Matches:
    """Themes for one set of facts. ``perhaps`` begins with those that lack least."""

    fits: tuple[Match, ...]
    perhaps: tuple[Match, ...]


def compile_rule(catalog: Catalog, audience: Audience, rule: EligibilityRule) -> Rule:
    """Raises ConditionError on a rule that is not CEL of type bool over facts of this audience."""
    condition = compile_expression(rule.when, fact_variables(catalog, audience))
    return Rule(rule.why, condition, named_variables(rule.when, "facts"))


class Matcher:
    """The themes of a linted catalogue with their rules compiled."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._themes = [
            (theme, tuple(compile_rule(catalog, theme.audience, rule) for rule in theme.eligibility))
            for theme in sorted(catalog.themes.values(), key=lambda theme: theme.place)
        ]

    def match(self, audience: Audience, facts: Mapping[str, object]) -> Matches:
        """Themes for these facts; raises :class:`~lianban.catalog.facts.InvalidFacts` with every fault of them."""
        matches = list(self.judged(audience, checked_facts(self.catalog, audience, facts)))
        perhaps = [match for match in matches if match.standing is Standing.PERHAPS]
        perhaps.sort(key=lambda match: (len(match.missing), -len(match.why), match.theme.place))
        return Matches(tuple(match for match in matches if match.standing is Standing.FITS), tuple(perhaps))

    def judged(self, audience: Audience, facts: Mapping[str, Scalar]) -> Iterator[Match]:
        """Every theme of the audience, in order."""
        for theme, rules in self._themes:
            if theme.audience is audience:
                yield self._judged(theme, rules, facts)

    def _judged(self, theme: Theme, rules: Sequence[Rule], facts: Mapping[str, Scalar]) -> Match:
        decided = [(rule, rule.decided(facts)) for rule in rules]
        if any(result is False for _, result in decided):
            return Match(theme, Standing.NOT)
        told = [rule for rule, result in decided if result is None]
        missing = dict.fromkeys(code for rule in told for code in rule.facts if code not in facts)
        return Match(
            theme=theme,
            standing=Standing.PERHAPS if told or not rules else Standing.FITS,
            why=tuple(rule.why for rule, result in decided if result),
            open=tuple(rule.why for rule in told),
            missing=tuple(self.catalog.facts[code] for code in missing),
        )
