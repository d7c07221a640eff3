"""A step of a running case: its place in the plan, its state, its clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from lianban.catalog.plan import Plan, PlanStep
from lianban.catalog.terms import Silence, SpecialProcedureKind, StepKind
from lianban.clock.calendar import CalendarSnapshot
from lianban.clock.deadlines import Deadline, local_date
from lianban.clock.facts import ClockFacts, Stop
from lianban.clock.limits import Light
from lianban.contracts.case import StepProgress
from lianban.contracts.status import Decision, StepState
from lianban_orchestrator.domain.clocks import RunningClock
from lianban_orchestrator.domain.supplements import Supplements
from lianban_orchestrator.domain.transitions import ENDED, WITH_DEPARTMENT, Trigger, next_state


@dataclass
class Pause:
    """While the step waited for a special procedure or for the applicant. ``ended`` none: it still does."""

    began: datetime
    ended: datetime | None = None

    def end(self, at: datetime) -> None:
        self.ended = max(at, self.began)


@dataclass
class OpenStop:
    """A special procedure under way. ``planned``: its last day as the applicant was told; ``overrun``: it is over."""

    stop: Stop
    pause: Pause
    planned: Deadline
    overrun: bool = False


class Step:
    """Mutable record of one step; its state changes only through :func:`next_state`."""

    def __init__(self, plan: PlanStep) -> None:
        self.plan = plan
        self.state = StepState.WAITING
        self.accepted = False
        self.clock: RunningClock | None = None
        self.open_from: datetime | None = None  # when it could have started, whatever came later
        self.counted_from: datetime | None = None
        self.started_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.document: str | None = None
        self.supplements = Supplements()
        self.stops: dict[SpecialProcedureKind, OpenStop] = {}
        self.pauses: list[Pause] = []
        self.extended = False

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def with_department(self) -> bool:
        return self.state in WITH_DEPARTMENT

    @property
    def light(self) -> Light:
        """Of an open step only: otherwise its clock does not run."""
        return self.clock.light if self.clock and self.state is StepState.OPEN else Light.NONE

    @property
    def decision(self) -> Decision | None:
        return {StepState.GRANTED: Decision.GRANTED, StepState.REFUSED: Decision.REFUSED}.get(self.state)

    @property
    def is_notice(self) -> bool:
        """公示: lasts its fixed days and is granted by their end, unless an objection was upheld before."""
        return self.plan.kind is StepKind.NOTICE

    @property
    def is_tacit(self) -> bool:
        """缺席默认: an opinion not given in time counts as no objection. Silence grants nothing else, whatever the
        plan says."""
        return self.plan.silence is Silence.TACIT_OPINION and self.plan.kind is StepKind.OPINION

    @property
    def received_on(self) -> date | None:
        """Receipt day: the acceptance limit counts from there, anew after a supplement (L-SUPPLEMENT)."""
        return local_date(self.counted_from) if self.counted_from else None

    def start(self, now: datetime, counted_from: datetime, calendar: CalendarSnapshot, *, reminds: bool) -> None:
        """``counted_from``: when the step could have started. The clock counts from there: what delays us (an outage,
        an acceptance that silence brought about) extends no limit. Raises IllegalTransition."""
        self.state = next_state(self.state, Trigger.START)
        self.started_at = now
        self.open_from = counted_from
        # A public notice lasts its days from when it is published, and nobody is silent who was not asked.
        self.counted_from = now if self.is_notice or self.is_tacit else counted_from
        if self.plan.limit is not None:
            facts = ClockFacts(started=local_date(self.counted_from))
            self.clock = RunningClock(calendar, self.plan.limit, facts, reminds=reminds)

    def end(self, trigger: Trigger, at: datetime) -> None:
        """``at``: when it was decided, which may lie before the case hears of it. Raises IllegalTransition."""
        self.state = next_state(self.state, trigger)
        self.ended_at = at
        self.unpause(at)
        if self.clock is not None:
            self.clock.end(at)

    def pause(self, trigger: Trigger, at: datetime) -> Pause:
        """Its department has to wait: once more, if it waits already. Raises IllegalTransition."""
        self.state = next_state(self.state, trigger)
        pause = Pause(at)
        self.pauses.append(pause)
        return pause

    def go_on(self, trigger: Trigger, at: datetime) -> None:
        """Raises IllegalTransition."""
        self.state = next_state(self.state, trigger)
        self.unpause(at)

    def unpause(self, at: datetime) -> None:
        for pause in self.pauses:
            if pause.ended is None:
                pause.end(at)

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
            clock=self.clock.facts if self.clock else None,
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
