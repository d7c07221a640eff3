"""The plan (办理计划): a theme compiled for one applicant's answers. It is all a running case decides by."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from lianban.catalog.terms import (
    AcceptanceMode,
    HandlingMode,
    RefusalPolicy,
    Silence,
    SpecialProcedureKind,
    StepKind,
)
from lianban.clock.limits import TimeLimit


class PlanResult(BaseModel):
    """A result (办理结果) a step yields when granted."""

    model_config = ConfigDict(frozen=True)

    code: str
    name: str
    deliverable: bool = Field(description="handed to the applicant (certificate, licence), not merely a record")


class PlanProcedure(BaseModel):
    """特别程序 the matter may need, and the longest it may take (``longest.promised``)."""

    model_config = ConfigDict(frozen=True)

    kind: SpecialProcedureKind
    longest: TimeLimit


class PlanStep(BaseModel):
    """环节: one matter inside a plan. Holds no personal data."""

    model_config = ConfigDict(frozen=True)

    code: str
    name: str
    matter: str
    kind: StepKind
    department: str
    department_name: str
    after: tuple[str, ...] = ()
    on_refusal: RefusalPolicy
    limit: TimeLimit | None = Field(default=None, description="none: the step carries no clock (BATCH)")
    results: tuple[PlanResult, ...] = ()
    procedures: tuple[PlanProcedure, ...] = ()
    silence: Silence = Silence.ESCALATE


class Plan(BaseModel):
    """办理计划. ``steps`` are in topological order; ``after`` names codes of this plan only."""

    model_config = ConfigDict(frozen=True)

    theme: str
    theme_name: str
    version: str = Field(description="content hash of the theme with all it refers to: the catalogue version of a case")
    division: str
    division_name: str
    lead_department: str
    lead_department_name: str
    acceptance: AcceptanceMode
    acceptance_limit: TimeLimit
    handling_mode: HandlingMode
    limit: TimeLimit = Field(description="of the whole case, from acceptance")
    delivery_limit: TimeLimit
    supplement_limit: TimeLimit = Field(description="how long a case waits for a supplement before it is closed")
    steps: tuple[PlanStep, ...]

    def step(self, code: str) -> PlanStep:
        """The step of that code; KeyError when the plan has none."""
        for step in self.steps:
            if step.code == code:
                return step
        raise KeyError(code)
