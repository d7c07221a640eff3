"""A step of a running case: its place in the plan, its state, its clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lianban.catalog.plan import Plan, PlanStep
from lianban.catalog.terms import StepKind
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import local_date
from lianban.clock.limits import Light
from lianban.contracts.case import StepProgress
from lianban.contracts.status import Decision, StepState
from lianban_orchestrator.domain.clocks import RunningClock
from lianban_orchestrator.domain.transitions import ENDED, Trigger, next_state


class Step:
    """Mutable record of one step; changes only through :meth:`move`."""

    def __init__(self, plan: PlanStep) -> None:
        self.plan = plan
        self.state = StepState.WAITING
        self.accepted = False
        self.clock: RunningClock | None = None
        self.started_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.document: str | None = None

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def light(self) -> Light:
        """Of an open step only: an ended step's clock no longer runs."""
        return self.clock.light if self.clock and self.state is StepState.OPEN else Light.NONE

    @property
    def decision(self) -> Decision | None:
        return {StepState.GRANTED: Decision.GRANTED, StepState.REFUSED: Decision.REFUSED}.get(self.state)

    @property
    def is_notice(self) -> bool:
        """公示: lasts its fixed days and is granted by their end, unless an objection was upheld before."""
        return self.plan.kind is StepKind.NOTICE

    def start(self, now: datetime, counted_from: datetime, calendar: CalendarSnapshot) -> None:
        """``counted_from``: when the step could have started. The clock counts from there: what delays us (an outage,
        an acceptance that silence brought about) extends no limit. Raises IllegalTransition."""
        self.state = next_state(self.state, Trigger.START)
        self.started_at = now
        if self.plan.limit is not None:
            # A public notice lasts its days from when it is published.
            first = now if self.is_notice else counted_from
            self.clock = RunningClock(calendar, self.plan.limit, local_date(first))

    def end(self, trigger: Trigger, at: datetime) -> None:
        """``at``: when it was decided, which may lie before the case hears of it. Raises IllegalTransition."""
        self.state = next_state(self.state, trigger)
        self.ended_at = at

    def progress(self) -> StepProgress:
        return StepProgress(
            code=self.plan.code,
            name=self.plan.name,
            kind=self.plan.kind,
            department=self.plan.department,
            department_name=self.plan.department_name,
            state=self.state,
            light=self.light,
            started_at=self.started_at,
            ended_at=self.ended_at,
            due=self.clock.due if self.clock else None,
            decision=self.decision,
        )


def ancestors(plan: Plan, code: str) -> list[str]:
    """Codes of all steps that ``code`` waits for, directly or through others, in plan order."""
    wanted = set(plan.step(code).after)
    for step in reversed(plan.steps):
        if step.code in wanted:
            wanted.update(step.after)
    return [step.code for step in plan.steps if step.code in wanted]


def dependants(plan: Plan, codes: Iterable[str]) -> list[str]:
    """Codes of all steps that wait for any of ``codes``, directly or through others, in plan order."""
    blocked = set(codes)
    found: list[str] = []
    for step in plan.steps:  # topological order: one pass is enough
        if blocked.intersection(step.after) and step.code not in blocked:
            blocked.add(step.code)
            found.append(step.code)
    return found
