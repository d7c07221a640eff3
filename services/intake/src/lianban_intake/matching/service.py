"""Themes for the facts stated, or the problem that says what is wrong with them. Facts are not stored, nor logged."""

from __future__ import annotations

from lianban.catalog.eligibility import Matches
from lianban.catalog.facts import InvalidFacts
from lianban.platform.problems import FieldError, Problem
from lianban_intake.matching.schemas import StatedFacts
from lianban_intake.themes.edition import Edition


def match(edition: Edition, stated: StatedFacts) -> Matches:
    """Raises the problem 422 ``invalid-facts`` with every fault."""
    try:
        return edition.matcher.match(stated.audience, stated.facts)
    except InvalidFacts as error:
        errors = [FieldError(f"/facts{fault.pointer}", fault.code, fault.message_zh) for fault in error.faults]
    raise Problem(422, "invalid-facts", "所填情况有误", f"共有 {len(errors)} 处需要更正。", errors)
