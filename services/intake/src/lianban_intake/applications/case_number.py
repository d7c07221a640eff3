"""Case numbers (办件编号): division (6), theme, day in Shanghai (8), sequence (7), check character."""

from __future__ import annotations

from datetime import date

from stdnum.iso7064 import mod_37_36

SEQUENCE_DIGITS = 7


def case_number(division: str, theme: str, day: date, sequence: int) -> str:
    """``division`` may be longer (townships); its county is what counts. The check character is ISO 7064 MOD 37,36:
    it finds every single wrong character and every transposition."""
    body = f"{division[:6]}{theme}{day:%Y%m%d}{sequence:0{SEQUENCE_DIGITS}d}"
    return body + str(mod_37_36.calc_check_digit(body))
