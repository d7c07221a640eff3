"""Units and limits: what a clock counts, and up to where."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Unit(StrEnum):
    """What a time limit is counted in (clocks.md, head)."""

    WORKING_DAYS = "WD"
    NATURAL_DAYS = "D"
    INSTANT = "INSTANT"


class Light(StrEnum):
    """亮灯: state of a running clock. NONE where a step carries no clock."""

    NONE = "none"
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class TimeLimit(BaseModel):
    """A limit in its own unit: the legal one (法定) where a law sets one, and the promised one (承诺).

    Overdue is reported against both. ``legal`` is absent for matters bound only by their promise, as
    services of utilities are. 行政许可法 art. 42, 82.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Unit
    promised: int = Field(ge=0, le=3650, description="units; 0 only with INSTANT")
    legal: int | None = Field(default=None, ge=0, le=3650)

    @model_validator(mode="after")
    def _promise_within_law(self) -> Self:
        if self.legal is not None and self.promised > self.legal:
            raise ValueError("承诺时限不得长于法定时限 (promised > legal)")
        if self.unit is Unit.INSTANT and self.promised != 0:
            raise ValueError("即办的承诺时限须为 0")
        if self.unit is Unit.INSTANT and self.legal:
            raise ValueError("即办的法定时限须为 0 或者不写；法定时限以日计的，单位须为 WD 或 D，承诺时限至少为 1")
        if self.unit is not Unit.INSTANT and self.promised == 0:
            raise ValueError("承诺时限为 0 时单位须为 INSTANT")
        return self
