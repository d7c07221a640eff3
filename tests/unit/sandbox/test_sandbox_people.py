"""Invented people and companies: valid by form, plainly samples."""

from __future__ import annotations

import re
from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from lianban_sandbox.portal.people import Registry

TODAY = date(2026, 11, 22)
seeds = st.integers()


@given(seed=seeds, female=st.booleans() | st.none())
def test_adults_have_valid_numbers_that_agree_with_them(seed: int, female: bool | None) -> None:
    person = Registry(Random(seed), TODAY).adult(female)
    assert ric.validate(person.identity_number) == person.identity_number
    assert ric.get_birth_date(person.identity_number) == person.birth_date
    assert (int(person.identity_number[16]) % 2 == 0) is person.female
    assert female is None or person.female is female
    assert 22 <= (TODAY - person.birth_date).days / 365 < 60
    assert re.fullmatch("1990000[0-9]{4}", person.mobile)
    assert person.email.endswith("@example.com")
    assert person.name.startswith("测试")


@given(seed=seeds, years=st.integers(0, 15))
def test_children_are_of_the_age_asked_for(seed: int, years: int) -> None:
    child = Registry(Random(seed), TODAY).child(years)
    born = child.birth_date
    assert TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day)) == years


@given(seed=seeds)
def test_companies_have_valid_credit_codes(seed: int) -> None:
    company = Registry(Random(seed), TODAY).company()
    assert uscc.validate(company.credit_code) == company.credit_code
    assert "样例" in company.name


def test_nobody_is_invented_twice() -> None:
    registry = Registry(Random(1), TODAY)
    people = [registry.adult() for _ in range(40)]
    assert len({person.name for person in people}) == 40
