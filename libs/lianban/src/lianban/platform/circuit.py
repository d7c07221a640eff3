"""A circuit for each peer: who fails too often is left alone for a while, and then tried once."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class CircuitState(StrEnum):
    CLOSED = "closed"  # the peer is asked
    OPEN = "open"  # the peer is left alone
    HALF_OPEN = "half_open"  # one may try whether it is back


@dataclass(frozen=True)
class CircuitRules:
    """``failures``: in a row, that open the circuit; so does ``share`` of the last ``window`` answers. Seconds:
    ``pause`` until one may try, times ``growth`` with every try that fails, ``longest`` at the most; ``longest_asked``
    when the peer has asked for time itself."""

    failures: int = 3
    pause: float = 15.0
    longest: float = 60.0
    longest_asked: float = 60.0
    growth: float = 1.0
    share: float | None = None
    window: int = 20


_DEFAULT: Final = CircuitRules()


class Circuit:
    """Times are in seconds of ``clock``. One for each peer. It lives in one process; :meth:`adopt` takes over what
    another one has found out.

    Failures of questions that were under way at the same time may count once: where a request asks about several
    people, and many requests come together, all that tells is that the peer failed at that moment.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, rules: CircuitRules = _DEFAULT) -> None:
        self._clock = clock
        self._rules = rules
        self._outcomes: deque[bool] = deque(maxlen=rules.window)
        self._failures = 0
        self._openings = 0
        self._again_at = 0.0
        self._trying = False
        self._moment = 0

    @property
    def moment(self) -> int:
        """Of a question about to be asked: to be named with its failure."""
        return self._moment

    @property
    def state(self) -> CircuitState:
        if self.wait > 0:
            return CircuitState.OPEN
        return CircuitState.HALF_OPEN if self._openings else CircuitState.CLOSED

    @property
    def wait(self) -> float:
        """Seconds until the peer may be asked again."""
        return max(self._again_at - self._clock(), 0.0)

    @property
    def failures(self) -> int:
        """In a row."""
        return self._failures

    @property
    def openings(self) -> int:
        """In a row: the first one, and every try since that has failed."""
        return self._openings

    def lets_pass(self) -> bool:
        """Whether the peer may be asked now. After a pause one caller is let through, to see whether it is back."""
        if self.wait > 0 or (self._openings and self._trying):
            return False
        self._trying = self._openings > 0
        return True

    def try_anyway(self) -> None:
        """The caller asks, pause or not; what comes of it counts as a try."""
        self._trying = True

    def succeeded(self) -> None:
        """An answer to what was asked before the circuit opened, or before the peer asked for time, tells nothing new:
        only a try closes it."""
        if (self._openings or self.wait > 0) and not self._trying:
            return
        if self._openings:
            self._outcomes.clear()
        self._outcomes.append(False)
        self._failures, self._openings, self._again_at, self._trying = 0, 0, 0.0, False

    def failed(self, moment: int | None = None, retry_after: float | None = None) -> None:
        """``moment``: of the question, where those of one moment shall count once. ``retry_after``: what the peer asked
        for itself; taken at its word, within limits."""
        if moment is not None and moment != self._moment:  # a failure of the same moment has been counted
            return
        if self._openings and not self._trying:  # asked before it opened
            return
        self._moment += 1
        self._failures += 1
        self._outcomes.append(True)
        self._trying = False
        pause = 0.0
        if self._is_too_much():
            self._openings += 1
            pause = min(self._rules.pause * self._rules.growth ** min(self._openings - 1, 32), self._rules.longest)
        if retry_after is not None:
            pause = min(retry_after, self._rules.longest_asked)
        # What was under way when the peer asked for time, and fails as well, does not take that back.
        self._again_at = max(self._again_at, self._clock() + pause)

    def abandoned(self) -> None:
        """The question was given up for a reason of our own: it says nothing of the peer."""
        self._trying = False

    def adopt(self, failures: int, openings: int, wait: float) -> None:
        """What another process has found out last. Failures that opened nothing are each process's own."""
        if openings != self._openings:
            self._trying = False
            self._outcomes.clear()
            self._failures, self._openings = failures, openings
        self._again_at = self._clock() + wait

    def _is_too_much(self) -> bool:
        rules = self._rules
        if self._openings or self._failures >= rules.failures:
            return True
        full = len(self._outcomes) == rules.window
        return rules.share is not None and full and sum(self._outcomes) >= rules.share * rules.window
