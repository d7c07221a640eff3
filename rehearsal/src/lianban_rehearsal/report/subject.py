"""What was rehearsed, as every kind of report needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lianban.contracts.names import ACCEPTANCE_STEP
from lianban_rehearsal.delays.profiles import Profiles
from lianban_rehearsal.records import Stage


@dataclass(frozen=True)
class Subject:
    """``answers``: the situation."""

    stage: Stage
    answers: Mapping[str, str]
    profiles: Profiles
    seed: int

    def name_of(self, step: str) -> str:
        return "受理" if step == ACCEPTANCE_STEP else self.stage.plan.step(step).name

    def department_of(self, step: str) -> str:
        plan = self.stage.plan
        return plan.lead_department_name if step == ACCEPTANCE_STEP else plan.step(step).department_name

    def department_name(self, department: str) -> str:
        plan = self.stage.plan
        names = {step.department: step.department_name for step in plan.steps}
        return names.get(department, plan.lead_department_name)

    def basis_of(self, step: str) -> str:
        profile = self.profiles.acceptance if step == ACCEPTANCE_STEP else self.profiles.steps.get(step)
        return profile.basis if profile else "公示期满即止"
