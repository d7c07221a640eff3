"""Case numbers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from lianban_intake.applications.case_number import case_number


def test_parts() -> None:
    number = case_number("429006", "B4", date(2026, 3, 2), 17)
    assert number[:-1] == "429006B4202603020000017"
    assert mod_37_36.is_valid(number)


def test_township_counts_as_its_county() -> None:
    assert case_number("429006001", "E10", date(2026, 3, 2), 1).startswith("429006E10")


@given(st.integers(0, 9_999_999), st.integers(0, 22), st.sampled_from("0123456789"))
def test_a_wrong_digit_is_found(sequence: int, position: int, digit: str) -> None:
    number = case_number("429006", "B4", date(2026, 3, 2), sequence)
    wrong = number[:position] + digit + number[position + 1 :]
    assert mod_37_36.is_valid(wrong) is (wrong == number)


@pytest.mark.parametrize("position", range(22))
def test_neighbours_exchanged_are_found(position: int) -> None:
    number = case_number("429006", "B4", date(2026, 3, 2), 1234567)
    swapped = number[:position] + number[position + 1] + number[position] + number[position + 2 :]
    assert mod_37_36.is_valid(swapped) is (swapped == number)
