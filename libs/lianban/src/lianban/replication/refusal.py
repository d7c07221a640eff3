"""Why something is not taken in, told whole."""

from __future__ import annotations

from collections.abc import Sequence


class Refused(Exception):
    """Nothing was written. ``faults``: every reason, in Chinese, each naming what it is about."""

    def __init__(self, head: str, faults: Sequence[str]) -> None:
        super().__init__("\n".join([f"{head}：", *(f"  {fault}" for fault in faults)]))
        self.faults = list(faults)
