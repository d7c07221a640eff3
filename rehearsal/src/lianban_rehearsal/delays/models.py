"""The file of delays as it is written (docs/rehearsal.zh-CN.md). Durations in working days, shares from 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

LONGEST: Final = 1000
MOST_MEASURED: Final = 20_000

Days = Annotated[Decimal, Field(ge=Decimal("0.01"), le=LONGEST)]
Share = Annotated[Decimal, Field(ge=0, le=1)]


class Duration(BaseModel):
    """Median and 95th percentile of a lognormal distribution, or durations as measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    median: Days | None = None
    p95: Days | None = None
    measured: Annotated[tuple[Days, ...], Field(min_length=1, max_length=MOST_MEASURED)] | None = None

    @property
    def given(self) -> bool:
        return self.median is not None or self.measured is not None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.median is None) != (self.p95 is None):
            raise ValueError("median 与 p95 须同时给出")
        if self.median is not None and self.measured is not None:
            raise ValueError("median、p95 与 measured 只能给出一种")
        if self.median is not None and self.p95 is not None and self.p95 < self.median:
            raise ValueError("p95 不得小于 median")
        return self


class Interruption(Duration):
    """How often something interrupts the work, and how long it then takes."""

    share: Share


def _shortened(value: Any) -> Any:
    """A bare number is a share."""
    return value if isinstance(value, Mapping | Interruption) or value is None else {"share": value}


Interrupted = Annotated[Interruption, BeforeValidator(_shortened)]


class Profile(Duration):
    """What is said of a matter, a department, or all. What is left out is looked up in the next wider entry."""

    refusal: Share | None = None
    supplement: Interrupted | None = None
    stop: Interrupted | None = None
    extension: Share | None = None


class Acceptance(Duration):
    """Of the acceptance by an officer of the lead department."""

    supplement: Interrupted | None = None


class DelayFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    default: Profile = Profile()
    acceptance: Acceptance = Acceptance()
    departments: dict[str, Profile] = {}
    matters: dict[str, Profile] = {}
