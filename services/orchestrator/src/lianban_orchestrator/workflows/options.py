"""How a case calls the services: timeouts and retry policies, by name.

Nothing here gives up: a department, a courier or a gateway that is down only lets its own activity wait (rule 7 of
the architecture), where operators see it pending with its last failure.
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
"""Calls that leave the platform: departments, courier, gateways."""

RECORD: Final = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=30),
)
"""Writes to our own database."""

OUTWARD_TIMEOUT: Final = timedelta(seconds=60)
RECORD_TIMEOUT: Final = timedelta(seconds=20)
"""start_to_close of one attempt."""
