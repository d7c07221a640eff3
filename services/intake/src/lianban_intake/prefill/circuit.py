"""A circuit for each peer: who has failed several times in a row is left alone for a while, and then tried once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

_FAILURES: Final = 3
_PAUSE: Final = 15.0
_LONGEST: Final = 60.0


class Circuit:
    """Times are in seconds of ``clock``. One for each peer; not shared between processes.

    Failures of questions that were under way at the same time count once: a request asks about several people, and
    many requests come together, but all that tells is that the peer failed at that moment.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._closed_again_at = 0.0
        self._trying = False
        self._moment = 0

    @property
    def moment(self) -> int:
        """Of a question about to be asked: to be named with its failure."""
        return self._moment

    def lets_pass(self) -> bool:
        """Whether the peer may be asked now. After a pause one caller is let through, to see whether it is back."""
        if self._failures < _FAILURES:
            return self._clock() >= self._closed_again_at
        if self._trying or self._clock() < self._closed_again_at:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        self._failures, self._closed_again_at, self._trying = 0, 0.0, False

    def failed(self, moment: int, retry_after: float | None = None) -> None:
        """``retry_after``: what the peer asked for itself; taken at its word, within limits."""
        if moment != self._moment:  # a failure of the same moment has been counted
            return
        self._moment += 1
        self._failures += 1
        self._trying = False
        if retry_after is not None:
            self._closed_again_at = self._clock() + min(retry_after, _LONGEST)
        elif self._failures >= _FAILURES:
            self._closed_again_at = self._clock() + _PAUSE

    def abandoned(self) -> None:
        """The question was given up for a reason of our own: it says nothing of the peer."""
        self._trying = False
