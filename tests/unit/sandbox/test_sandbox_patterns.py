"""Strings made for patterns match them."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianban_sandbox.portal.patterns import UnknownPattern, matching

PATTERNS = [
    "^[0-2][0-9]:[0-5][0-9]$",
    "^[0-9]{16,19}$",
    "^[0-9]{17}[0-9X][1-7][1-4]$",
    r"^\d{4}-\d{2}$",
    r"^(鄂|京)[A-Z][0-9A-Z]{5}$",
    r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
    r"^(?:a|bc?)*x{2,}[^a-z]?\.$",
    "^[-a]{3}$",
    r"^[\d_-]+$",
    "一般文字",
]


@given(pattern=st.sampled_from(PATTERNS), seed=st.integers())
def test_made_strings_match(pattern: str, seed: int) -> None:
    assert re.fullmatch(pattern, matching(pattern, Random(seed)))


def test_repetitions_differ_within_a_string() -> None:
    assert len(set(matching("^[0-9]{40}$", Random(1)))) > 1


@pytest.mark.parametrize("pattern", ["^(?=x)y$", r"^(a)\1$", "^[a", "^a{x}$", "^a)$", "^*$", "^[^0-9a-zA-Z]$"])
def test_patterns_beyond_its_means_are_refused(pattern: str) -> None:
    with pytest.raises(UnknownPattern):
        matching(pattern, Random(1))
