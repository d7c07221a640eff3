"""Retry policies of activities, by what they reach. Named here so that every workflow says the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from temporalio.common import RetryPolicy

REJECTED: Final = "Rejected"
"""Failure type: the other side will never take this request (4xx but 408 and 429)."""

INVALID_ORDER: Final = "InvalidOrder"
"""Failure type: the order itself cannot be carried out, whoever tries."""

NON_RETRYABLE: Final = (REJECTED, INVALID_ORDER)

OUTWARD: Final = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(minutes=5),
    maximum_attempts=0,
    non_retryable_error_types=list(NON_RETRYABLE),
)
"""For what leaves the platform (departments, gateways, courier): tried until it works, as long as it may work."""

RECORD: Final = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=30),
    maximum_attempts=0,
)
"""For writing into our own databases: nothing is a reason to give up."""
