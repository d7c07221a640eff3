"""How a department behaves: by default, all of its tasks, or one step's."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lianban.catalog.terms import SpecialProcedureKind
from lianban_sandbox.departments.answers import NOTE


class Mode(StrEnum):
    GRANT = "grant"  # decides after delay_seconds
    REFUSE = "refuse"  # an officer refuses after delay_seconds, in writing
    NOT_ACCEPT = "not_accept"  # an officer does not accept after delay_seconds, in writing
    SLOW = "slow"  # takes delay_seconds to say that it has the task, then grants
    DOWN = "down"  # answers 503 and keeps nothing
    HOLD = "hold"  # keeps the task until it is released


class _Order(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Missing(_Order):
    """As the platform's callback has it."""

    material: str | None = None
    element: str | None = None
    note: str = NOTE


class Supplement(_Order):
    """Asks the applicant for a supplement and waits until the platform tells that it has come. Without ``missing``: the
    first element and the first material of the task."""

    act: Literal["request_supplement"]
    missing: tuple[Missing, ...] = ()


class Stop(_Order):
    """Stops for a special procedure, and ends it after delay_seconds, or when released (``hold``)."""

    act: Literal["stop"]
    procedure: SpecialProcedureKind = SpecialProcedureKind.TESTING
    days: int = Field(default=10, ge=1)


class Extend(_Order):
    """The head of the agency extends the step."""

    act: Literal["extend"]
    days: int = Field(default=10, ge=1)


class Behaviour(_Order):
    """``first``: what the department does before it decides, in this order. ``immediate``: the decision stands in the
    answer to the task itself, as a registry's does."""

    mode: Mode = Mode.GRANT
    delay_seconds: float = Field(default=0.0, ge=0, le=86_400)
    immediate: bool = False
    first: tuple[Supplement | Stop | Extend, ...] = ()

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.immediate and self.first:
            raise ValueError("who decides at once does nothing first")
        return self


class Switchboard:
    """What has been ordered for whom: a step's behaviour before its department's, that before the default."""

    def __init__(self, default: Behaviour) -> None:
        self._initial = default
        self.default = default
        self.departments: dict[str, Behaviour] = {}
        self.steps: dict[tuple[str, str], Behaviour] = {}

    def behaviour(self, department: str, step: str) -> Behaviour:
        return self.steps.get((department, step)) or self.departments.get(department) or self.default

    def reset(self) -> None:
        self.default = self._initial
        self.departments.clear()
        self.steps.clear()
