"""Limits of a theme against those of its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import ceil

from lianban.catalog.duration import critical_path, legal_days, promised_days
from lianban.catalog.faults import Finding
from lianban.catalog.lint.situations import Situations
from lianban.catalog.terms import StepKind
from lianban.clock.limits import TimeLimit

Worst = tuple[Fraction, tuple[str, ...], str]
"""Working days of the longest chain of any situation, the chain, and the answers that lead to it."""


def promises_fit(situations: Situations) -> Iterator[Finding]:
    """The longest chain of the steps' promises fits into the theme's promise, whatever is answered."""
    theme = situations.theme
    length, chain, answers = _worst(situations, promised_days)
    if length > promised_days(theme.limit):
        message = (
            f"最长路径 {' → '.join(chain)} 的承诺时限合计约 {ceil(length)} 个工作日，"
            f"超过主题的承诺时限（约 {ceil(promised_days(theme.limit))} 个工作日）；{answers}"
        )
        yield Finding("themes", theme.code, ("limit", "promised"), message, "延长主题承诺，或压缩、并联其中的环节")


def promise_within_law(situations: Situations) -> Iterator[Finding]:
    """The theme promises no more time than its steps have by law one after another."""
    theme = situations.theme
    if any(step.matter.kind is StepKind.BATCH for step in situations.index.steps):
        return  # a common date is no limit that could be added up
    length, chain, _ = _worst(situations, legal_days)
    if 0 < length < promised_days(theme.limit):
        message = (
            f"主题的承诺时限（约 {ceil(promised_days(theme.limit))} 个工作日）长于各环节时限相加的最长路径 "
            f"{' → '.join(chain)}（约 {ceil(length)} 个工作日）"
        )
        yield Finding("themes", theme.code, ("limit", "promised"), message, f"主题承诺不超过 {ceil(length)} 个工作日")


def _worst(situations: Situations, days: Callable[[TimeLimit | None], Fraction]) -> Worst:
    """Over all situations; over all steps at once, an upper bound, when there are too many to go through."""
    index = situations.index
    if not situations.exhaustive:
        limits = {step.code: step.matter.limit for step in index.steps}
        return *critical_path(index.graph, limits, days), "按全部环节计"
    found: Worst = (Fraction(0), (), "")
    for situation in situations.plans:
        limits = {code: step.matter.limit for code, step in situation.steps.items()}
        length, chain = critical_path(situation.graph, limits, days)
        if length > found[0]:
            found = (length, chain, f"回答：{situation.shown()}")
    return found
