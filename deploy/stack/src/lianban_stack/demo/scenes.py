"""The scenes of the demonstration, and what a case has come to while it is carried."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

from lianban.clock.limits import Light
from lianban.contracts.status import CLOSED, ActKind, StepState

Json = dict[str, Any]

_RUNNING = (StepState.WAITING, StepState.OPEN, StepState.SUPPLEMENT, StepState.STOPPED)


class Late(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    step: str
    light: Light


class Done(BaseModel):
    """What a department does before it decides; the rest is the sandbox's own order for the act. ``days``: working
    days, of a stop as planned, of an extension."""

    model_config = ConfigDict(frozen=True, extra="allow")

    step: str
    act: ActKind
    days: int | None = None

    def order(self) -> Json:
        return self.model_dump(mode="json", exclude={"step"}, exclude_none=True)


class Scene(BaseModel):
    """An application for ``theme``; questions left unanswered are answered at random. ``seed`` makes it another one,
    ``division`` is the applicant's (the theme's unless given)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    theme: str
    answers: dict[str, str] = {}
    late: Late | None = None
    acts: tuple[Done, ...] = ()
    seed: str = "demo"
    division: str | None = None


def scenes() -> list[Scene]:
    text = resources.files(__package__).joinpath("scenes.yaml").read_text(encoding="utf-8")
    return [Scene.model_validate(item) for item in YAML(typ="safe", pure=True).load(text)["scenes"]]


@dataclass
class CaseRun:
    """One case on its way. ``progress`` is the intake's latest answer, ``note`` what is going on."""

    scene: Scene
    theme_name: str
    case_no: str = ""
    progress: Json = field(default_factory=dict)
    note: str = ""
    lights: set[str] = field(default_factory=set)
    """Every light it ever had."""
    story: list[str] = field(default_factory=list)
    """What is worth remembering of it, in order: lights, public notices, supplements, stops, extensions."""
    savings: Json = field(default_factory=dict)
    """``before`` and ``after``, as the notice tells the applicant."""
    attended: set[str] = field(default_factory=set)
    seen: dict[str, set[ActKind]] = field(default_factory=dict)
    """Acts of the scene that have been told, by step."""
    gapless: bool = False
    """Whether every event from the receipt (number 0) up to the newest one is known."""
    faults: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        return str(self.progress.get("status", ""))

    @property
    def ended(self) -> bool:
        """Whether it is over, and all that led there is known: events come from several services, in any order."""
        known = self.gapless and all(step["state"] not in _RUNNING for step in self.steps)
        return self.status in CLOSED and known

    @property
    def completed(self) -> bool:
        return self.status == "completed" and not self.faults

    @property
    def steps(self) -> list[Json]:
        return list(self.progress.get("steps", ()))

    @property
    def departments(self) -> set[str]:
        return {step["department"] for step in self.steps}

    def look(self, progress: Json, events: list[Json]) -> None:
        """Take in the intake's newest answers; ``progress`` was asked for after ``events``, and knows no less."""
        self.progress = progress
        self.gapless = [event["seq"] for event in events] == list(range(len(events)))
        self.lights |= {event["light"] for event in events}

    def tell(self, text: str) -> None:
        """What goes on now, and is worth remembering."""
        self.note = text
        self.story.append(text)

    def instant(self, name: str) -> datetime:
        """A point in time of the case's own clock, such as ``accepted_at``."""
        return datetime.fromisoformat(self.progress[name]).astimezone(UTC)
