"""How activities are called, by what they reach. Named here so that every caller says the same.

Nothing here gives up: a courier or a gateway that is down only lets its own activity wait, where operators see it
pending with its last failure; so does a department with messages about a task, while the task itself waits with the
adapters. What will never be taken (a wrong number, a task the department does
not want) is settled by the activity itself, which then succeeds.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from temporalio.common import RetryPolicy

OUTWARD: Final = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=5),
)
"""For what leaves the platform: departments, gateways, courier."""

OUTWARD_TIMEOUT: Final = timedelta(seconds=60)
"""One attempt (start to close)."""

RECORD: Final = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=30),
)
"""For writing into our own databases."""

RECORD_TIMEOUT: Final = timedelta(seconds=20)
"""One attempt (start to close)."""
