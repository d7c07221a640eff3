"""How a registry or a type of licence behaves: by default, or as ordered for one of them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Mode(StrEnum):
    UP = "up"
    DOWN = "down"  # answers 503
    SLOW = "slow"  # takes delay_seconds
    UNKNOWN = "unknown"  # knows nobody: answers 404
    WRONG = "wrong"  # answers what no form takes


class Behaviour(BaseModel):
    """``retry_after``: seconds it asks to be left alone, while down."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = Mode.UP
    delay_seconds: float = Field(default=0.0, ge=0, le=600)
    retry_after: int | None = Field(default=None, ge=0)


class Switches:
    """``default`` holds for every source nothing else was ordered for."""

    def __init__(self) -> None:
        self.default = Behaviour()
        self.sources: dict[str, Behaviour] = {}

    def of(self, source: str) -> Behaviour:
        return self.sources.get(source, self.default)

    def reset(self) -> None:
        self.default = Behaviour()
        self.sources.clear()
