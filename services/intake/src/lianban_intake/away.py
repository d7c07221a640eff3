"""Telling that Temporal is away from everything else that may go wrong with a call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from temporalio.service import RPCError, RPCStatusCode

_AWAY: Final = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.ABORTED,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.UNKNOWN,
    }
)
_CONNECTING: Final = "Failed client connect"


class TemporalAway(Exception):
    """Not reached, or too busy to answer: the same call may well succeed later."""


@contextmanager
def reaching_temporal() -> Iterator[None]:
    """Turns what calls raise while Temporal is away into TemporalAway."""
    try:
        yield
    except RPCError as error:
        if error.status in _AWAY:
            raise TemporalAway(error.status.name) from None
        raise
    except TimeoutError:
        raise TemporalAway("timeout") from None
    except RuntimeError as error:
        # What a lazy client raises when its first call cannot connect.
        if str(error).startswith(_CONNECTING):
            raise TemporalAway("not connected") from None
        raise
