"""How a department behaves: by default, all of its tasks, or one step's."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Mode(StrEnum):
    GRANT = "grant"  # decides after delay_seconds
    REFUSE = "refuse"  # an officer refuses after delay_seconds, in writing
    SLOW = "slow"  # takes delay_seconds to say that it has the task, then grants
    DOWN = "down"  # answers 503 and keeps nothing
    HOLD = "hold"  # keeps the task until it is released


class Behaviour(BaseModel):
    """``immediate``: the decision stands in the answer to the task itself, as a registry's does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = Mode.GRANT
    delay_seconds: float = Field(default=0.0, ge=0, le=86_400)
    immediate: bool = False


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
