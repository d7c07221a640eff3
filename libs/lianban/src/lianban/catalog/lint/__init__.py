"""The catalogue's linter: refuses what is incomplete or contradicts itself.

Rules are small functions in modules by subject, each yielding findings. First every entry and every reference is
looked at; a theme's deeper rules (order, limits, documents, answers) run only once its own references and conditions
are sound, so that one mistake is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from typing import Final

from lianban.catalog.conditions import ConditionError
from lianban.catalog.faults import Finding
from lianban.catalog.index import ThemeIndex
from lianban.catalog.lint import conditions, documents, eligibility, entries, limits, order, references, themes
from lianban.catalog.lint.situations import Situations
from lianban.catalog.models import Catalog, Theme

CATALOG_RULES: Final[tuple[Callable[[Catalog], Iterator[Finding]], ...]] = (
    entries.duplicate_names,
    entries.duplicate_options,
    entries.choice_options,
    entries.element_bounds,
    entries.division_tree,
    entries.matter_basis,
    entries.matter_limit,
    entries.matter_results,
    entries.special_procedures,
    entries.silence,
    entries.offices,
    entries.fact_types,
)
ORDER_RULES: Final[tuple[Callable[[Catalog, Theme], Iterator[Finding]], ...]] = (
    order.duplicate_steps,
    order.unknown_predecessors,
    order.cycle,
)
THEME_RULES: Final[tuple[Callable[[Catalog, Theme], Iterator[Finding]], ...]] = (
    themes.duplicate_questions,
    themes.lead_takes_part,
    themes.refusal_texts,
    themes.delivery_modes,
    themes.joint_limit,
    conditions.conditions_compile,
    conditions.compared_options,
    conditions.given_answers,
    eligibility.rules_compile,
    eligibility.compared_choices,
    eligibility.rules_tell_apart,
    eligibility.somebody_fits,
)
SITUATION_RULES: Final[tuple[Callable[[Situations], Iterator[Finding]], ...]] = (
    conditions.idle_questions,
    conditions.idle_options,
    conditions.nothing_to_do,
    conditions.idle_steps,
    conditions.unasked_questions,
    documents.documents_available,
    limits.promises_fit,
    limits.promise_within_law,
)
TIDY_RULES: Final[tuple[Callable[[Catalog], Iterator[Finding]], ...]] = (
    references.unused,
    references.subjects_named,
    eligibility.without_rules,
    eligibility.unused_facts,
)
"""What is unused or not yet written contradicts nothing: a service may start with it."""


def lint(
    catalog: Catalog, broken: Mapping[str, Set[str]] | None = None, *, tidy: bool = True, whole: bool = True
) -> list[Finding]:
    """Every finding, without repetition. ``broken`` has the codes, by section, of entries that exist but could not
    be read: references to them are no fault, and nothing is called unused while there are any.
    Without ``tidy``, what contradicts nothing is let pass (``TIDY_RULES``). Not ``whole``: files could not be read, so
    what nobody uses, or no theme offers, may well be used or offered in one of them."""
    unreadable = broken or {}
    found = [finding for rule in CATALOG_RULES for finding in rule(catalog)]
    found += references.unknown_codes(catalog, unreadable)
    whole = whole and not any(unreadable.values())
    if tidy and whole:
        found += [finding for rule in TIDY_RULES for finding in rule(catalog)]
    complete = references.complete_themes(catalog)
    for theme in catalog.themes.values():
        found += _lint_theme(catalog, theme, complete=theme.code in complete, whole=whole)
    return list(dict.fromkeys(found))


def _lint_theme(catalog: Catalog, theme: Theme, *, complete: bool, whole: bool) -> list[Finding]:
    found = [finding for rule in ORDER_RULES for finding in rule(catalog, theme)]
    if complete:
        rules = THEME_RULES if whole else [rule for rule in THEME_RULES if rule is not conditions.compared_options]
        found += [finding for rule in rules for finding in rule(catalog, theme)]
    if found or not complete:
        return found
    try:
        situations = Situations(ThemeIndex(catalog, theme))
        return [finding for rule in SITUATION_RULES for finding in rule(situations)]
    except ConditionError as error:  # of a kind that only some answers bring out
        return [Finding("themes", theme.code, ("questions",), f"条件在运行时出错：{error.source}", conditions.PLAIN)]
