"""All figures of a rehearsal, from the records of its runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lianban.catalog.plan import PlanStep
from lianban.contracts.names import ACCEPTANCE_STEP
from lianban.contracts.status import Outcome
from lianban_rehearsal.analysis.critical import Link, critical_path
from lianban_rehearsal.analysis.statistics import Share, Spread
from lianban_rehearsal.records import RunRecord, Stage, StepRecord


@dataclass(frozen=True, slots=True)
class StepFigures:
    """``promised``, ``legal``: of the runs in which the step was decided and had such a limit. ``critical``: of all
    decided runs. Counts of runs in which it was extended, supplemented, stopped."""

    code: str
    days: Spread | None
    promised: Share
    legal: Share
    critical: Share
    extended: int
    supplemented: int
    stopped: int


@dataclass(frozen=True, slots=True)
class DepartmentFigures:
    """``days``: working days on the critical path, the mean of all decided runs; ``share`` of all such days."""

    department: str
    days: float
    share: float


@dataclass(frozen=True, slots=True)
class PathFigures:
    steps: tuple[str, ...]
    runs: Share


@dataclass(frozen=True, slots=True)
class Summary:
    """``days``: from acceptance, as the promise counts; ``total``: from receipt, as the applicant does. Durations and
    shares are of decided cases. ``departments``: the one that holds up most first. ``typical``: a run of median
    length."""

    runs: int
    outcomes: Mapping[Outcome, int]
    promised: Share
    legal: Share
    days: Spread | None
    total: Spread | None
    steps: tuple[StepFigures, ...]
    paths: tuple[PathFigures, ...]
    departments: tuple[DepartmentFigures, ...]
    unwanted: Mapping[str, int]
    typical: RunRecord | None


def summarise(runs: Sequence[RunRecord], stage: Stage) -> Summary:
    decided = [run for run in runs if run.decided]
    paths = {run.run: critical_path(run, stage) for run in decided}
    taken = [(_days(run, stage), run) for run in decided]
    days = Spread.of([length for length, _ in taken])
    codes = ((ACCEPTANCE_STEP,) if runs and runs[0].steps[0].code == ACCEPTANCE_STEP else ()) + tuple(
        step.code for step in stage.plan.steps
    )
    return Summary(
        runs=len(runs),
        outcomes=Counter(run.outcome for run in runs),
        promised=_share([run.limits.kept(run.ended)[0] for run in decided]),
        legal=_share([_within_law(run) for run in decided]),
        days=days,
        total=Spread.of([stage.working_days(run.received, run.ended) for run in decided]),
        steps=tuple(_step(code, decided, paths, stage) for code in codes),
        paths=_paths(paths),
        departments=_departments(paths, stage),
        unwanted=sum((Counter(run.unwanted) for run in runs), Counter()),
        typical=next((run for length, run in taken if days is not None and length == days.median), None),
    )


def _days(run: RunRecord, stage: Stage) -> int:
    return stage.working_days(run.accepted or run.received, run.ended)


def _within_law(run: RunRecord) -> bool | None:
    """Whether neither the case nor any of its steps went beyond what the law allows; None where it sets no limit."""
    kept = [run.limits.kept(run.ended)[1]]
    kept += [step.limits.kept(step.ended)[1] for step in run.steps if step.decided and step.ended is not None]
    told = [one for one in kept if one is not None]
    return all(told) if told else None


def _share(kept: Sequence[bool | None]) -> Share:
    told = [one for one in kept if one is not None]
    return Share(sum(told), len(told))


def _step(code: str, runs: Sequence[RunRecord], paths: Mapping[int, tuple[Link, ...]], stage: Stage) -> StepFigures:
    records = [step for run in runs for step in run.steps if step.code == code]
    decided = [(step, step.began, step.ended) for step in records if step.decided]
    kept = [step.limits.kept(ended) for step, _, ended in decided if ended is not None]
    lengths = [stage.working_days(began, ended) for _, began, ended in decided if began and ended]
    return StepFigures(
        code=code,
        days=Spread.of(lengths),
        promised=_share([promised for promised, _ in kept]),
        legal=_share([legal for _, legal in kept]),
        critical=Share(sum(any(link.step == code for link in path) for path in paths.values()), len(paths)),
        extended=sum(step.extended for step in records),
        supplemented=sum(_waited(step, supplement=True) for step in records),
        stopped=sum(_waited(step, supplement=False) for step in records),
    )


def _waited(step: StepRecord, *, supplement: bool) -> bool:
    return any(wait.supplement is supplement for wait in step.waits)


def _paths(paths: Mapping[int, tuple[Link, ...]]) -> tuple[PathFigures, ...]:
    counted = Counter(tuple(link.step for link in path) for path in paths.values())
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(PathFigures(steps, Share(count, len(paths))) for steps, count in ordered)


def _departments(paths: Mapping[int, tuple[Link, ...]], stage: Stage) -> tuple[DepartmentFigures, ...]:
    steps: dict[str, PlanStep] = {step.code: step for step in stage.plan.steps}
    days: Counter[str] = Counter()
    for path in paths.values():
        for link in path:
            days[steps[link.step].department if link.step in steps else stage.plan.lead_department] += link.days
    whole = sum(days.values())
    return tuple(
        DepartmentFigures(department, count / len(paths), count / whole if whole else 0.0)
        for department, count in sorted(days.items(), key=lambda item: (-item[1], item[0]))
    )
