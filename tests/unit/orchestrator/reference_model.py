"""A case by clocks.md alone: naive, by whole days, each rule where it is needed. What the product must agree with.

Time is told to it day by day (:meth:`ReferenceCase.midnight`); what people do comes through :meth:`ReferenceCase.act`,
which trusts that :mod:`reference_faults` found nothing against it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from reference_days import Limit, Worked, days_of, last_day, working_days_after

from lianban.catalog.plan import Plan, PlanStep
from lianban.catalog.terms import AcceptanceMode, RefusalPolicy, Silence, SpecialProcedureKind, StepKind
from lianban.clock.limits import TimeLimit
from lianban.contracts.acts import DepartmentAct
from lianban.contracts.names import ACCEPTANCE_STEP, CASE_STEP
from lianban.contracts.status import ActKind, CaseStatus, Decision, StepState

OPEN_STATES = {StepState.OPEN, StepState.SUPPLEMENT, StepState.STOPPED}


def local(instant: datetime) -> date:
    return (instant + timedelta(hours=8)).date()


@dataclass
class Asked:
    """What was asked of the applicant: how often, and how often it may be (L-ONCE)."""

    times: int = 0
    allowed: int = 1
    until: date = date.max
    complete: bool = False


@dataclass
class Wait:
    """Why a step's clock stood still, from when to when."""

    began: date
    ended: date | None = None
    procedure: SpecialProcedureKind | None = None


@dataclass
class RefStep:
    plan: PlanStep
    state: StepState = StepState.WAITING
    opened: datetime | None = None  # the department had it
    open_from: date = date.max  # it could have had it
    ended: date | None = None
    receipt: date = date.max
    accepted: bool = False
    extended: bool = False
    clock: Limit | None = None
    asked: Asked = field(default_factory=Asked)
    waits: list[Wait] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.plan.code

    def running(self, procedure: SpecialProcedureKind | None = None) -> list[Wait]:
        """Special procedures under way: that one, or all."""
        under_way = [w for w in self.waits if w.ended is None and w.procedure is not None]
        return [w for w in under_way if procedure in (None, w.procedure)]

    def open_on(self, day: date) -> bool:
        return self.open_from < day and (self.ended is None or day <= self.ended)

    def still_on(self, day: date) -> bool:
        return any(wait.began < day and (wait.ended is None or day <= wait.ended) for wait in self.waits)


class ReferenceCase:
    def __init__(self, plan: Plan, worked: Worked, received: datetime) -> None:
        self.plan = plan
        self.worked = worked
        self.status = CaseStatus.RECEIVED
        self.received = received
        self.complete = received  # when everything was there
        self.asked = Asked()
        self.acceptance = Limit(plan.acceptance_limit, local(received))
        self.case: Limit | None = None
        self.accepted: datetime | None = None
        self.extended = False
        self.steps = {step.code: RefStep(step) for step in plan.steps}
        if plan.acceptance is AcceptanceMode.ON_FILING:
            self._accept(received, received)

    # -- the case's own clock: a working day on which every open step is stopped is not counted -----------------------

    @property
    def case_stopped(self) -> bool:
        """No step is with its department in earnest, though some are not ended."""
        states = [step.state for step in self.steps.values() if step.state in OPEN_STATES]
        return bool(states) and StepState.OPEN not in states

    def count_case(self, today: date) -> Limit | None:
        if self.case is None:
            return None
        self.case.out = set()
        for day in days_of(self.case.start, today):
            open_ones = [step for step in self.steps.values() if step.open_on(day)]
            if open_ones and all(step.still_on(day) for step in open_ones):
                self.case.out.add(day)
        return self.case

    # -- time -------------------------------------------------------------------------------------------------------

    def midnight(self, over: date, now: datetime) -> None:
        """The day ``over`` has ended; it is ``now``."""
        if self.status is CaseStatus.SUPPLEMENT and self.asked.until == over:
            self._close(CaseStatus.LAPSED, local(now))
        elif self.status is CaseStatus.RECEIVED and self.acceptance.own(self.worked) == over:
            self._accept(self.complete, now)  # L-ACCEPT-5
        for step in self.steps.values():
            if step.state is StepState.SUPPLEMENT and step.asked.until == over:
                self._end(step, StepState.LAPSED, over)
        self.silence(now)

    def silence(self, now: datetime) -> None:
        """What ends by itself: a public notice with its days, an opinion not given in time."""
        for step in self.steps.values():
            by_itself = step.plan.kind is StepKind.NOTICE or self._tacit(step)
            if step.state is StepState.OPEN and step.clock is not None and by_itself:
                notice = step.plan.kind is StepKind.NOTICE
                last = step.clock.promised(self.worked) if notice else step.clock.own(self.worked)
                if last < local(now):
                    self._end(step, StepState.GRANTED, last)
        self._open_ready(now)

    def _tacit(self, step: RefStep) -> bool:
        return step.plan.kind is StepKind.OPINION and step.plan.silence is Silence.TACIT_OPINION

    def _counts_when_asked(self, step: RefStep) -> bool:
        """A public notice lasts its days for the public; and nobody is silent who was not asked."""
        return step.plan.kind is StepKind.NOTICE or self._tacit(step)

    def recalendar(self, worked: Worked, now: datetime) -> None:
        """Counting 6: what was not over is not made so, neither today nor, where a clock stands still, afterwards."""
        old, self.worked = self.worked, worked
        today = local(now)
        for step in self.steps.values():
            if step.clock and step.state in (StepState.OPEN, StepState.STOPPED):
                step.clock.redate(old, worked, self.counted_to(step, today), stopped=step.state is StepState.STOPPED)
        if self.status is CaseStatus.RECEIVED:
            self.acceptance.redate(old, worked, today)
        if (case := self.count_case(today)) is not None:
            case.redate(old, worked, self.case_counted_to(today), stopped=self.case_stopped)

    # -- what people do -----------------------------------------------------------------------------------------------

    def withdraw(self, now: datetime) -> None:
        self._close(CaseStatus.WITHDRAWN, local(now))

    def supplement(self, code: str, waited: float, now: datetime) -> None:
        """L-SUPPLEMENT: the day it arrives is the day of receipt, and everything is counted anew from there."""
        if code == ACCEPTANCE_STEP:
            self.complete = max(now - timedelta(seconds=waited), self.complete)
            self.status = CaseStatus.RECEIVED
            self.asked.complete = True
            self.acceptance = Limit(self.plan.acceptance_limit, local(self.complete))
            return
        step = self.steps[code]
        wait = step.waits[-1]
        day = max(local(now - timedelta(seconds=waited)), wait.began)
        step.state, step.receipt, wait.ended = StepState.OPEN, day, day
        step.asked.complete = True
        if step.clock is not None:
            old = step.clock
            step.clock = Limit(old.limit, day, extension=old.extension, promise_moves=old.promise_moves)

    def act(self, act: DepartmentAct, now: datetime) -> None:
        if act.step == ACCEPTANCE_STEP:
            self._act_on_acceptance(act, now)
        elif act.step == CASE_STEP:
            assert self.case is not None
            self.count_case(local(now))
            self._extend(self.case, act, self.case_counted_to(self.made_at(act, now, self.accepted)))
            self.extended = True
        else:
            step = self.steps[act.step]
            self._act_on_step(step, act, self.made_at(act, now, step.opened))
        self._open_ready(now)

    def made_at(self, act: DepartmentAct, now: datetime, since: datetime | None) -> date:
        """The day it was handed in, which is not later because we were slow, nor before what it is about."""
        return local(max(now - timedelta(seconds=act.waited), since or self.received))

    def _act_on_acceptance(self, act: DepartmentAct, now: datetime) -> None:
        at = max(now - timedelta(seconds=act.waited), self.complete)
        match act.kind:
            case ActKind.ACCEPT:
                self._accept(at, now)
            case ActKind.NOT_ACCEPT:
                self._close(CaseStatus.NOT_ACCEPTED, local(now))
            case ActKind.REQUEST_SUPPLEMENT:
                self.status = CaseStatus.SUPPLEMENT
                self._ask(self.asked, local(at))
            case _:
                self.asked.allowed += 1

    def _act_on_step(self, step: RefStep, act: DepartmentAct, at: date) -> None:
        match act.kind:
            case ActKind.ACCEPT:
                step.accepted = True
            case ActKind.NOT_ACCEPT:
                self._end(step, StepState.NOT_ACCEPTED, at)
            case ActKind.REQUEST_SUPPLEMENT:
                step.state = StepState.SUPPLEMENT
                self._ask(step.asked, at)
                step.waits.append(Wait(at))
            case ActKind.OVERRIDE:
                step.asked.allowed += 1
            case ActKind.STOP:
                step.state = StepState.STOPPED
                step.accepted = True
                step.waits.append(Wait(at, procedure=act.procedure))
            case ActKind.RESUME:
                [wait] = step.running(act.procedure)
                wait.ended = max(at, wait.began)
                assert step.clock is not None
                step.clock.out |= days_of(wait.began, wait.ended)
                step.state = StepState.STOPPED if step.running() else StepState.OPEN
            case ActKind.EXTEND:
                assert step.clock is not None
                self._extend(step.clock, act, self.counted_to(step, at))
                step.extended = True
                step.accepted = True
            case ActKind.DECIDE:
                granted = act.decision is Decision.GRANTED
                self._end(step, StepState.GRANTED if granted else StepState.REFUSED, at)

    def counted_to(self, step: RefStep, at: date) -> date:
        """The day a clock had come to: while it stands still, the one it was stopped on."""
        return min((wait.began for wait in step.running()), default=at)

    def case_counted_to(self, at: date) -> date:
        assert self.case is not None
        while self.case_stopped and at in self.case.out:
            at -= timedelta(1)
        return at

    def _extend(self, clock: Limit, act: DepartmentAct, at: date) -> None:
        """L-EXT-10, L-EXT-15. A promise that was broken stays broken."""
        clock.promise_moves = at <= clock.promised(self.worked)
        clock.extension = act.days or 0

    def _ask(self, asked: Asked, at: date) -> None:
        limit = self.plan.supplement_limit
        asked.times += 1
        asked.until = last_day(self.worked, at, limit.promised, limit.unit, set())

    # -- what follows -------------------------------------------------------------------------------------------------

    def _accept(self, at: datetime, now: datetime) -> None:
        self.status = CaseStatus.IN_PROGRESS
        self.accepted = at
        self.case = Limit(self.plan.limit, local(at))
        self._open_ready(now)

    def _open_ready(self, now: datetime) -> None:
        """A step counts from when it could have started: acceptance, or the end of the last before it."""
        if self.status is not CaseStatus.IN_PROGRESS or self.accepted is None:
            return
        for step in self.steps.values():
            before = [self.steps[code].ended for code in step.plan.after]
            if step.state is StepState.WAITING and None not in before:
                could = max((day for day in before if day), default=local(self.accepted))
                step.state, step.opened = StepState.OPEN, now
                step.open_from = could
                step.receipt = local(now) if self._counts_when_asked(step) else could
                step.clock = Limit(step.plan.limit, step.receipt) if step.plan.limit else None

    def _end(self, step: RefStep, state: StepState, at: date) -> None:
        step.state, step.ended = state, at
        for wait in step.waits:
            wait.ended = wait.ended or max(at, wait.began)
        if state is not StepState.GRANTED and step.plan.on_refusal is RefusalPolicy.ALL:
            self._cancel(at)
        elif state is not StepState.GRANTED and step.plan.on_refusal is RefusalPolicy.GATE:
            gone = {step.code}
            for later in self.plan.steps:
                if gone & set(later.after) and self.steps[later.code].ended is None:
                    gone.add(later.code)
                    self.steps[later.code].state = StepState.CANCELLED
                    self.steps[later.code].ended = at
        if all(each.ended is not None for each in self.steps.values()):
            self.status = CaseStatus.DELIVERING

    def _cancel(self, at: date) -> None:
        for step in self.steps.values():
            if step.ended is None:
                step.state, step.ended = StepState.CANCELLED, at

    def _close(self, status: CaseStatus, at: date) -> None:
        self.status = status
        self._cancel(at)


def silent_since(case: ReferenceCase, step: RefStep) -> date:
    """The last day on which a department may find something missing (L-ACCEPT-5)."""
    limit: TimeLimit = case.plan.acceptance_limit
    return working_days_after(case.worked, step.receipt, limit.legal or limit.promised, set())
