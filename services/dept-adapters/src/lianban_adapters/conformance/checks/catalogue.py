"""All checks, in the order they are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lianban_adapters.conformance.checks.acts import ACTS
from lianban_adapters.conformance.checks.course import COURSE
from lianban_adapters.conformance.checks.materials import MATERIALS
from lianban_adapters.conformance.checks.messages import MESSAGES
from lianban_adapters.conformance.checks.model import Check
from lianban_adapters.conformance.checks.times import TIMES
from lianban_adapters.conformance.checks.ways import WAYS

CHECKS: Final[Sequence[Check]] = (*MESSAGES, *ACTS, *TIMES, *COURSE, *WAYS, *MATERIALS)


def checks_of(kind: str) -> Sequence[Check]:
    return [check for check in CHECKS if kind in check.kinds]
