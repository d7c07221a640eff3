"""Numbers of parcels, patience of callers, bounds of memory."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from lianban_sandbox.callbacks import Patience
from lianban_sandbox.courier.parcels import order_number, waybill_number
from lianban_sandbox.records import Records


@given(key=st.text(min_size=1))
def test_numbers_follow_from_the_key(key: str) -> None:
    assert order_number(key) == order_number(key)
    assert re.fullmatch("SB[0-9]{12}", order_number(key))
    waybill = waybill_number(key)
    assert re.fullmatch("SB[0-9]{9}CN", waybill)
    weights = (8, 6, 4, 2, 3, 5, 9, 7)
    check = 11 - sum(int(digit) * weight for digit, weight in zip(waybill[2:10], weights, strict=True)) % 11
    assert int(waybill[10]) == {10: 0, 11: 5}.get(check, check)


def test_keys_have_numbers_of_their_own() -> None:
    assert len({order_number(str(key)) for key in range(1000)}) == 1000


def test_pauses_double_up_to_the_longest() -> None:
    patience = Patience(first=0.5, longest=3.0)
    assert [patience.pause(attempt) for attempt in range(1, 6)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_the_oldest_entries_go_and_all_are_counted() -> None:
    records: Records[int] = Records(2)
    for number in range(5):
        records.add(str(number), number)
    assert list(records) == [3, 4]
    assert list(records.newest_first()) == [4, 3]
    assert records.total == 5
    assert records.get("0") is None
