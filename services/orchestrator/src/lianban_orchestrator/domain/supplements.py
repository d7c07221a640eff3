"""What has been asked of the applicant, by one step or by the acceptance (L-ONCE, L-SUPPLEMENT)."""

from __future__ import annotations

from dataclasses import dataclass

from lianban.clock.deadlines import Deadline


@dataclass
class Supplements:
    """``allowed``: once, and once more for every exception a supervisor makes. ``until``: while the applicant is waited
    for, the last day to hand everything in."""

    asked: int = 0
    allowed: int = 1
    until: Deadline | None = None

    @property
    def used_up(self) -> bool:
        return self.asked >= self.allowed
