"""What may come back from gateways, couriers and mail servers: taken, refused for good, or not now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from aiohttp import ClientError, ClientResponse

_OURS_TO_MEND: Final = frozenset({401, 403, 404, 405})
"""Wrong credentials or address: the request itself is good and is kept until an operator has put it right."""

_LATER: Final = frozenset({408, 425, 429})
_LONGEST: Final = timedelta(hours=1)


class Rejected(Exception):
    """This request will never be taken. The text is a reason code, free of personal data."""


class Unavailable(Exception):
    """Not now. ``retry_after`` is what the other side asked for."""

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


def check(response: ClientResponse, peer: str) -> None:
    """Raises unless ``response`` is a success."""
    status = response.status
    if 200 <= status < 300:
        return
    reason = f"{peer} answered {status}"
    if 400 <= status < 500 and status not in _OURS_TO_MEND | _LATER:
        raise Rejected(reason)
    raise Unavailable(reason, retry_after(response.headers.get("retry-after"), datetime.now(UTC)))


def unreachable(error: ClientError | TimeoutError, peer: str) -> Unavailable:
    return Unavailable(f"{peer} not reached: {type(error).__name__}")


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Retry-After (RFC 9110, 10.2.3): seconds or a date; an hour at most, nothing when it says nothing useful."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        delay = timedelta(seconds=min(int(value[:9]), 86_400))
    else:
        try:
            delay = parsedate_to_datetime(value).astimezone(UTC) - now
        except (ValueError, TypeError):
            return None
    return min(delay, _LONGEST) if delay > timedelta(0) else None
