"""How long somebody asked us to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = timedelta(hours=1)
"""One may ask to be left alone, but not to forget a task with a limit."""


def retry_after(value: str | None) -> timedelta | None:
    """Value of the header Retry-After: seconds or a date (RFC 9110, 10.2.3); none when absent or unreadable."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        seconds = float(value[:9])
    else:
        try:
            at = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(timedelta(seconds=max(seconds, 0.0)), LONGEST)
