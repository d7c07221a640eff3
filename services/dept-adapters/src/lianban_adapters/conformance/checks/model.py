"""What a check is and what it may find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lianban_adapters.conformance.evidence import Evidence


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    UNSHOWN = "unshown"
    UNPLAYED = "unplayed"  # for the one cause of the report


class Weight(StrEnum):
    ALWAYS = "always"  # has to be shown, and to pass
    IF_USED = "if_used"  # need not be shown, but may not fail
    ADVICE = "advice"  # counts for nothing


OUTCOME_ZH: Final = {
    Outcome.PASSED: "通过",
    Outcome.FAILED: "未通过",
    Outcome.UNSHOWN: "未检验",
    Outcome.UNPLAYED: "未进行",
}
WEIGHT_ZH: Final = {Weight.ALWAYS: "必须", Weight.IF_USED: "用到时必须", Weight.ADVICE: "建议"}


@dataclass(frozen=True)
class Verdict:
    """``seen``: Chinese."""

    outcome: Outcome
    seen: str


@dataclass(frozen=True)
class Check:
    """``id`` never changes. ``where``: heading in docs/departments.zh-CN.md. ``show``: what to do where it could not be
    shown. ``kinds``: of departments it is for. ``by_acts``: shown only where acts reach the platform and are read."""

    id: str
    name: str
    weight: Weight
    expected: str
    where: str
    show: str
    judge: Callable[[Evidence], Verdict]
    kinds: frozenset[str] = frozenset({"rest", "polling", "staging", "files"})
    by_acts: bool = False


def passed(seen: str) -> Verdict:
    return Verdict(Outcome.PASSED, seen)


def failed(seen: str) -> Verdict:
    return Verdict(Outcome.FAILED, seen)


def unshown(seen: str) -> Verdict:
    return Verdict(Outcome.UNSHOWN, seen)


def missed(check: Check, verdict: Verdict) -> bool:
    """Whether the department does not conform for this."""
    if check.weight is Weight.ADVICE:
        return False
    if check.weight is Weight.IF_USED:
        return verdict.outcome is Outcome.FAILED
    return verdict.outcome is not Outcome.PASSED
