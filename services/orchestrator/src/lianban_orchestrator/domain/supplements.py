"""What has been asked of the applicant, by one step or by the acceptance (L-ONCE, L-SUPPLEMENT)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lianban.clock.deadlines import Deadline

_ON_TIME: Final = timedelta(minutes=1)
GRACE: Final = timedelta(minutes=15)
"""Where we notice late that the time is over, we were away: what was handed in meanwhile is on its way to us."""


@dataclass
class Supplements:
    """``allowed``: once, and once more for every exception a supervisor makes. ``until``: while the applicant is waited
    for, the last day to hand everything in; ``grace`` after it, where that day ended while we were away."""

    asked: int = 0
    allowed: int = 1
    until: Deadline | None = None
    grace: datetime | None = None

    def ask(self, until: Deadline) -> None:
        self.asked += 1
        self.until, self.grace = until, None

    def arrived(self) -> None:
        self.until, self.grace = None, None

    @property
    def waits_until(self) -> datetime | None:
        """When something is to be done about it; none while nothing is asked for."""
        return (self.grace or self.until.ends_at) if self.until else None

    def is_over(self, now: datetime) -> bool:
        """Whether the time has passed; the first look at it, when it comes late, only begins the grace."""
        if self.until is None or self.until.ends_at > now:
            return False
        if self.grace is None and now - self.until.ends_at > _ON_TIME:
            self.grace = now + GRACE
        return self.grace is None or self.grace <= now

    @property
    def used_up(self) -> bool:
        return self.asked >= self.allowed
