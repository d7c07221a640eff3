"""What has been asked of the applicant, by one step or by the acceptance (L-ONCE, L-SUPPLEMENT)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lianban.clock.deadlines import Deadline

GRACE: Final = timedelta(minutes=15)
"""How long after the last day we wait for what was handed in on it and is still on its way to us."""


@dataclass
class Supplements:
    """``allowed``: once, and once more for every exception a supervisor makes. ``until``: while the applicant is waited
    for, the last day to hand everything in."""

    asked: int = 0
    allowed: int = 1
    until: Deadline | None = None

    def ask(self, until: Deadline) -> None:
        self.asked += 1
        self.until = until

    def arrived(self) -> None:
        self.until = None

    @property
    def waits_until(self) -> datetime | None:
        """When something is to be done about it; none while nothing is asked for."""
        return self.until.ends_at + GRACE if self.until else None

    def is_over(self, now: datetime) -> bool:
        """Whether nothing that was handed in on time can be on its way any more."""
        return self.waits_until is not None and self.waits_until <= now

    def is_late(self, handed_in_at: datetime) -> bool:
        return self.until is not None and self.until.ends_at <= handed_in_at

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for has come."""
        return self.asked > 0 and self.until is None

    @property
    def used_up(self) -> bool:
        return self.asked >= self.allowed
