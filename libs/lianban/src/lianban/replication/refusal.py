"""Why something is not taken in, told whole."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


class Refused(Exception):
    """Nothing was written. ``faults``: every reason, in Chinese, each naming what it is about."""

    def __init__(self, head: str, faults: Sequence[str]) -> None:
        self.faults = [printable(fault) for fault in faults]
        super().__init__("\n".join([f"{head}：", *(f"  {fault}" for fault in self.faults)]))


def printable(text: str) -> str:
    """One line of text without control characters: what a package says must not steer the terminal it is shown on,
    pass for another line, or run backwards."""
    return "".join(" " if sign in "\r\n\t" else sign for sign in text if sign in "\r\n\t" or not _steers(sign))


def _steers(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")
