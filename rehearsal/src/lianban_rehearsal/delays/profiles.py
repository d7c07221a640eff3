"""What each step of a plan is drawn from: the most specific of file, past cases and catalogue.

By default a step takes a share of its own promise: half of it in the median, all of it in 95 of 100 cases. That is a
guess, and the report says of every step what its figures rest on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lianban.catalog.duration import in_working_days, promised_days
from lianban.catalog.plan import Plan, PlanProcedure, PlanStep
from lianban.catalog.terms import AcceptanceMode, StepKind
from lianban.clock.limits import TimeLimit, Unit
from lianban_rehearsal.delays.distribution import Distribution, Lognormal, Measured
from lianban_rehearsal.delays.models import Acceptance, DelayFile, Duration, Interruption, Profile

MEDIAN_SHARE: Final = 0.5
P95_SHARE: Final = 1.0
"""Of the promise: what a step takes where nothing else is known."""

INSTANT_DAYS: Final = 0.1
"""即办 as a length: three quarters of an hour of a working day."""

ACCEPTANCE_SHARE: Final = 0.4
"""Of the acceptance limit: officers accept before the last day, whose silence would accept for them."""

APPLICANT: Final = Lognormal(3, 10)
"""Working days an applicant takes to supplement, where the file does not say."""


@dataclass(frozen=True, slots=True)
class Chance:
    """``share`` of steps are interrupted for ``length`` working days."""

    share: float
    length: Distribution


@dataclass(frozen=True, slots=True)
class StepProfile:
    """``basis``: what ``work`` rests on, in Chinese. ``procedure``: the special procedure a stop is for."""

    work: Distribution
    basis: str
    refusal: float = 0.0
    supplement: Chance | None = None
    stop: Chance | None = None
    procedure: PlanProcedure | None = None
    extension: float = 0.0


@dataclass(frozen=True, slots=True)
class Profiles:
    """``acceptance`` none: accepted on filing. ``steps``: of every step that does not end by itself."""

    acceptance: StepProfile | None
    steps: Mapping[str, StepProfile]


def profiles_of(plan: Plan, file: DelayFile, past: Mapping[str, tuple[float, ...]]) -> Profiles:
    """``past``: working days of past cases by matter."""
    on_filing = plan.acceptance is AcceptanceMode.ON_FILING
    return Profiles(
        acceptance=None if on_filing else _acceptance(plan, file.acceptance),
        steps={
            step.code: _step(plan, step, file, past.get(step.matter, ()))
            for step in plan.steps
            if step.kind is not StepKind.NOTICE
        },
    )


def _step(plan: Plan, step: PlanStep, file: DelayFile, past: tuple[float, ...]) -> StepProfile:
    matter, department = file.matters.get(step.matter, Profile()), file.departments.get(step.department, Profile())
    said = (matter, department, file.default)
    work, basis = _work(plan, step, said, past)
    procedure = step.procedures[0] if step.procedures and step.limit is not None else None
    return StepProfile(
        work=work,
        basis=basis,
        refusal=next((float(one.refusal) for one in said if one.refusal is not None), 0.0),
        supplement=None if step.kind is StepKind.BATCH else _supplement(said),
        stop=_stop(said, procedure) if procedure else None,
        procedure=procedure,
        extension=next((float(one.extension) for one in said if one.extension is not None), 0.0),
    )


def _work(
    plan: Plan, step: PlanStep, said: tuple[Profile, Profile, Profile], past: tuple[float, ...]
) -> tuple[Distribution, str]:
    matter, department, default = said
    if matter.given:
        return _distribution(matter), "文件：事项"
    if past:
        return Measured.of(past), f"以往 {len(past)} 件"
    if department.given:
        return _distribution(department), "文件：部门"
    if default.given:
        return _distribution(default), "文件：缺省"
    if step.limit is None:
        return _shares_of(_left_by(plan, step)), "主题承诺所余"
    return _shares_of(days_of(step.limit)), "承诺时限"


def _acceptance(plan: Plan, said: Acceptance) -> StepProfile:
    days = days_of(plan.acceptance_limit) * ACCEPTANCE_SHARE
    work = _distribution(said) if said.given else Lognormal(days / 2, days)
    return StepProfile(
        work=work,
        basis="文件：受理" if said.given else "受理时限",
        supplement=_chance(said.supplement, APPLICANT) if said.supplement else None,
    )


def _supplement(said: tuple[Profile, ...]) -> Chance | None:
    found = next((one.supplement for one in said if one.supplement is not None), None)
    return _chance(found, APPLICANT) if found else None


def _stop(said: tuple[Profile, ...], procedure: PlanProcedure) -> Chance | None:
    found = next((one.stop for one in said if one.stop is not None), None)
    return _chance(found, _shares_of(days_of(procedure.longest))) if found else None


def _chance(said: Interruption, otherwise: Distribution) -> Chance:
    return Chance(float(said.share), _distribution(said) if said.given else otherwise)


def _distribution(said: Duration) -> Distribution:
    if said.measured is not None:
        return Measured.of([float(value) for value in said.measured])
    assert said.median is not None
    assert said.p95 is not None
    return Lognormal(float(said.median), float(said.p95))


def _shares_of(days: float) -> Lognormal:
    return Lognormal(days * MEDIAN_SHARE, days * P95_SHARE)


def days_of(limit: TimeLimit) -> float:
    """A limit in working days, never nothing."""
    return INSTANT_DAYS if limit.unit is Unit.INSTANT else float(in_working_days(limit.unit, limit.promised))


def _left_by(plan: Plan, step: PlanStep) -> float:
    """What the theme's promise leaves to a step without a clock (集中办理) when those before and after it on the
    longest chain keep their own promises; at least a day."""
    before: dict[str, float] = {}
    after: dict[str, float] = {each.code: 0.0 for each in plan.steps}
    own = {each.code: float(promised_days(each.limit)) for each in plan.steps}
    for each in plan.steps:  # topological order
        before[each.code] = max((before[code] + own[code] for code in each.after), default=0.0)
    for each in reversed(plan.steps):
        for code in each.after:
            after[code] = max(after[code], after[each.code] + own[each.code])
    return max(1.0, days_of(plan.limit) - before[step.code] - after[step.code])
