"""Whatever people read has a name for every value it may have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

import pytest

from lianban.clock.limits import Light
from lianban.contracts import status


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (status.CASE_STATUS_ZH, status.CaseStatus),
        (status.OUTCOME_ZH, status.Outcome),
        (status.STEP_STATE_ZH, status.StepState),
        (status.ACT_ZH, status.ActKind),
        (status.ROLE_ZH, status.Role),
        (status.MESSAGE_ZH, status.MessageKind),
        (status.DELIVERY_ZH, status.DeliveryState),
        (status.EVENT_ZH, status.EventKind),
        (status.CAUSE_ZH, status.Cause),
        (status.LIGHT_ZH, Light),
    ],
)
def test_every_value_has_a_name(names: Mapping[str, str], values: type[StrEnum]) -> None:
    assert set(names) == set(values)
    assert [name for name in names.values() if not re.search(r"[\u4e00-\u9fff]|^—$", name)] == []
