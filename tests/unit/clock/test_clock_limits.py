from __future__ import annotations

import pytest
from pydantic import ValidationError

from lianban.clock.limits import TimeLimit, Unit


def test_limits_that_hold() -> None:
    assert TimeLimit(unit=Unit.WORKING_DAYS, promised=5, legal=20).legal == 20
    assert TimeLimit(unit=Unit.NATURAL_DAYS, promised=30).legal is None
    assert TimeLimit(unit=Unit.INSTANT, promised=0, legal=0).promised == 0


@pytest.mark.parametrize(
    ("unit", "promised", "legal", "message"),
    [
        (Unit.WORKING_DAYS, 21, 20, "承诺时限不得长于法定时限"),
        (Unit.INSTANT, 1, None, "即办的承诺时限须为 0"),
        (Unit.INSTANT, 0, 20, "即办的法定时限须为 0"),  # no clock could count it: a unit is that of both numbers
        (Unit.WORKING_DAYS, 0, 20, "单位须为 INSTANT"),
    ],
)
def test_limits_that_contradict_themselves(unit: Unit, promised: int, legal: int | None, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TimeLimit(unit=unit, promised=promised, legal=legal)
