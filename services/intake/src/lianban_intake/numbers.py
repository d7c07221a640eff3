"""Identity numbers (GB 11643) and credit codes (GB 32100): whether they can be what they say."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

_IDENTITY_NUMBER: Final = re.compile(r"[1-9][0-9]{16}[0-9X]")


def has_shape(number: str) -> bool:
    """18 characters as an identity number has them."""
    return _IDENTITY_NUMBER.fullmatch(number) is not None


def is_identity_number(number: str) -> bool:
    """Shape, check character and a date that exists. The place is not looked up: codes of places abolished long ago
    stay in numbers that are still valid."""
    if not has_shape(number):
        return False
    try:
        birth_date(number)
    except ValidationError:
        return False
    return str(ric.calc_check_digit(number)) == number[-1]


def birth_date(number: str) -> date:
    """Raises stdnum's ValidationError when there is no such day."""
    found: date = ric.get_birth_date(number)
    return found


def is_credit_code(code: str) -> bool:
    return bool(uscc.is_valid(code)) and uscc.compact(code) == code
