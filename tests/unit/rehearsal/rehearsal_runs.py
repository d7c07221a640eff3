"""Records of runs as a rehearsal would make them, without one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from fixtures.plans import CALENDAR
from lianban.catalog.plan import Plan
from lianban.clock.deadlines import SHANGHAI
from lianban.contracts.status import Outcome, StepState
from lianban_rehearsal.records import Limits, RunRecord, Stage, StepRecord, Wait

MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)


def day(number: int, hour: int = 10) -> datetime:
    """Of working days: 0 is the Monday everything begins."""
    return datetime.combine(CALENDAR.add_working_days(MONDAY.date(), number), MONDAY.time(), SHANGHAI) + timedelta(
        hours=hour - 9
    )


def stage(plan: Plan) -> Stage:
    return Stage(plan, CALENDAR, MONDAY)


def step_record(
    code: str,
    began: datetime | None,
    ended: datetime | None,
    state: StepState = StepState.GRANTED,
    limits: Limits = Limits(),  # frozen
    waits: tuple[Wait, ...] = (),
) -> StepRecord:
    return StepRecord(code, state, began, ended, limits, waits)


def run_record(
    steps: Mapping[str, tuple[datetime, datetime]],
    *,
    run: int = 1,
    promised: date | None = None,
    legal: date | None = None,
    limits: Mapping[str, Limits] | None = None,
    outcome: Outcome = Outcome.GRANTED,
    unwanted: Mapping[str, int] | None = None,
) -> RunRecord:
    """Granted steps from when to when."""
    return RunRecord(
        run=run,
        outcome=outcome,
        received=MONDAY,
        accepted=MONDAY,
        ended=max(ended for _, ended in steps.values()),
        limits=Limits(promised, legal),
        steps=tuple(
            step_record(code, began, ended, limits=(limits or {}).get(code, Limits()))
            for code, (began, ended) in steps.items()
        ),
        unwanted=unwanted or {},
    )
